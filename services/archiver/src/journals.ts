import { join } from 'node:path'
import { findJournalId, listAdoptedJournals } from '@vna/archive'

export interface ServedJournal {
  readonly journalId: string
  readonly folder: string
}

/** The journal that the gateway of this pair writes. */
function ownJournalFolder(home: string): string {
  return join(home, 'journal', 'gateway')
}

/** The journals whose segments this archiver drains: that of its gateway, and those adopted from dead ones. */
export async function findServedJournals(home: string): Promise<readonly ServedJournal[]> {
  const folder = ownJournalFolder(home)
  const journalId = await findJournalId(folder)
  if (journalId === undefined) return []
  const adopted = await listAdoptedJournals(join(home, 'journal'), journalId)
  return [{ journalId, folder }, ...adopted]
}
