import { readdir, readFile, unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ArchiveError } from '../archive-error.ts'
import { isJournalId } from '../pack-keys.ts'
import {
  absentIsUndefined,
  findJournalId,
  journalFolderOf,
  listSealedSegments,
  type SealedSegment,
  syncFolder,
  writeDurably,
} from './journal-folder.ts'
import { acquireJournalLock } from './journal-lock.ts'
import { type RecoveredSegment, recoverOpenSegments } from './recovery.ts'

export interface AdoptedJournal {
  /** Of the dead journal: pack keys stay derived from it, so archiving a segment twice gives the same objects. */
  journalId: string
  folder: string
  /** The journal whose archiver is to drain it. */
  into: string
  recovered: readonly RecoveredSegment[]
  sealed: readonly SealedSegment[]
}

const adoptionFile = 'adopted.json'

/**
 * Takes over the journal of a dead owner: proves by its lock that the owner is gone (a stopped one keeps it:
 * `journal-locked`), seals its open segments in place and notes who drains them. The lock is given back: sealed
 * segments need none, and an owner that returns finds an orderly journal and ends the adoption.
 */
export async function adoptJournal(o: { folder: string; into: string }): Promise<AdoptedJournal> {
  const folder = journalFolderOf(resolve(o.folder))
  const journalId = await findJournalId(folder.path)
  if (journalId === undefined) throw new ArchiveError('journal-mismatch', { message: 'no journal in this folder' })
  if (!isJournalId(o.into) || o.into === journalId) {
    throw new ArchiveError('journal-mismatch', { message: 'not the id of another journal' })
  }
  const lock = await acquireJournalLock(folder.path)
  try {
    const recovered = await recoverOpenSegments(folder)
    const adoption = { format: 1, into: o.into, adoptedAt: new Date().toISOString() }
    await writeDurably(join(folder.path, adoptionFile), `${JSON.stringify(adoption)}\n`)
    const sealed = await listSealedSegments(folder.path)
    return { journalId, folder: folder.path, into: o.into, recovered, sealed }
  } finally {
    await lock.release()
  }
}

/** Journals under `root` whose segments the archiver of `into` is to drain besides its own. */
export async function listAdoptedJournals(
  root: string,
  into: string,
): Promise<{ journalId: string; folder: string }[]> {
  const adopted: { journalId: string; folder: string }[] = []
  const names = (await readdir(root).catch(absentIsUndefined)) ?? []
  for (const name of names.sort()) {
    const folder = resolve(root, name)
    const journalId = await findJournalId(folder).catch(notAJournal)
    if (journalId !== undefined && (await adopterOf(folder)) === into) adopted.push({ journalId, folder })
  }
  return adopted
}

/** The owner is back: it drains its journal itself. */
export async function clearAdoption(path: string): Promise<void> {
  if ((await adopterOf(path)) === undefined) return
  await unlink(join(path, adoptionFile)).catch(absentIsUndefined)
  await syncFolder(path)
}

async function adopterOf(path: string): Promise<string | undefined> {
  const text = await readFile(join(path, adoptionFile), 'utf8').catch(absentIsUndefined)
  return text === undefined ? undefined : /"into":"([a-z0-9-]+)"/.exec(text)?.[1]
}

function notAJournal(_error: unknown): undefined {}
