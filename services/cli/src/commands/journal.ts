import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { adoptJournal, findJournalId, listAdoptedJournals, listSealedSegments } from '@vna/archive'
import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { CliError } from '../errors.ts'
import { renderTable } from '../output.ts'

interface JournalStatus {
  journalId: string
  folder: string
  openSegments: number
  sealedSegments: number
  sealedBytes: number
  /** The journal whose archiver drains this one, when its own owner is dead. */
  adoptedBy: string | null
}

export const registerJournal: RegisterCommand = (program, host) => {
  const journal = program.command('journal').description('what was received and is not archived yet')
  journal
    .command('list')
    .description('list the journals below VNA_HOME')
    .action(host.run((context) => list(context)))
  journal
    .command('adopt')
    .description("take over a dead gateway's journal: seal its open segments, and let another's archiver drain it")
    .argument(
      '<folder>',
      'the journal of the dead gateway, below the journal folder of the archiver that is to drain it',
    )
    .requiredOption('--into <journal id>', 'the journal of that archiver')
    .action(host.run((context, options: { into: string }, folder = '') => adopt(context, options, folder)))
}

async function list(context: CommandContext): Promise<CommandResult> {
  const journals = await findJournals(join(context.config.home, 'journal'))
  const head = ['journal', 'open', 'sealed', 'bytes', 'drained by', 'folder']
  const rows = journals.map((journal) => [
    journal.journalId,
    String(journal.openSegments),
    String(journal.sealedSegments),
    String(journal.sealedBytes),
    journal.adoptedBy ?? 'its own',
    journal.folder,
  ])
  return { json: journals, text: journals.length === 0 ? 'no journals yet' : renderTable([head, ...rows]) }
}

async function findJournals(root: string): Promise<JournalStatus[]> {
  const ids = new Map<string, string>()
  for (const name of (await listNames(root)).sort()) {
    const journalId = await findJournalId(join(root, name)).catch(isNoJournal)
    if (journalId !== undefined) ids.set(join(root, name), journalId)
  }
  const adopters = await findAdopters(root, [...ids.values()])
  return Promise.all([...ids].map(([folder, id]) => describe(folder, id, adopters.get(id) ?? null)))
}

async function findAdopters(root: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const adopters = new Map<string, string>()
  for (const into of ids) {
    for (const adopted of await listAdoptedJournals(root, into)) adopters.set(adopted.journalId, into)
  }
  return adopters
}

async function describe(folder: string, journalId: string, adoptedBy: string | null): Promise<JournalStatus> {
  const sealed = await listSealedSegments(folder)
  const open = await listNames(join(folder, 'open'))
  return {
    journalId,
    folder,
    openSegments: open.filter((name) => name.endsWith('.tar')).length,
    sealedSegments: sealed.length,
    sealedBytes: sealed.reduce((sum, segment) => sum + segment.sizeBytes, 0),
    adoptedBy,
  }
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

/** A stray file, or a folder whose journal.json is not ours. */
function isNoJournal(_error: unknown): undefined {}

async function adopt(_context: CommandContext, options: { into: string }, folder: string): Promise<CommandResult> {
  const path = resolve(folder)
  if ((await findJournalId(path)) === undefined) throw new CliError('not-found', `${path} is no journal`)
  const { journalId, recovered, sealed } = await adoptJournal({ folder: path, into: options.into })
  return {
    json: { journalId, into: options.into, recovered, sealed: sealed.map(({ segmentId }) => segmentId) },
    text: `${journalId} is adopted by ${options.into}: ${sealed.length} segments to archive`,
  }
}
