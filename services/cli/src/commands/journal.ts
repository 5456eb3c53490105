import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  type AsideSegment,
  adoptJournal,
  findJournalId,
  listAdoptedJournals,
  listSealedSegments,
  listSegmentsAside,
  returnSegment,
} from '@vna/archive'
import type { Command } from 'commander'
import type { CommandContext, CommandHost, CommandResult, RegisterCommand } from '../command.ts'
import { CliError } from '../errors.ts'
import { renderTable } from '../output.ts'

interface JournalStatus {
  journalId: string
  folder: string
  openSegments: number
  sealedSegments: number
  sealedBytes: number
  /** What cannot be read, and why; `journal retry` has it tried again. */
  aside: Pick<AsideSegment, 'segmentId' | 'sizeBytes' | 'reason' | 'since'>[]
  /** The journal whose archiver drains this one, when its own owner is dead. */
  adoptedBy: string | null
}

interface RetryOptions {
  all?: boolean
}

const maxAsideShown = 20

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
  registerRetry(journal, host)
}

function registerRetry(journal: Command, host: CommandHost): void {
  journal
    .command('retry')
    .description('have segments that are set aside tried again, after a repair or with a newer release')
    .argument('[segment...]', 'ids that journal list shows')
    .option('--all', 'all of them, of all journals below VNA_HOME')
    .action(host.run((context, options: RetryOptions, ...segmentIds) => retry(context, options, segmentIds.flat())))
}

async function list(context: CommandContext): Promise<CommandResult> {
  const journals = await findJournals(join(context.config.home, 'journal'))
  const head = ['journal', 'open', 'sealed', 'bytes', 'aside', 'drained by', 'folder']
  const rows = journals.map((journal) => [
    journal.journalId,
    String(journal.openSegments),
    String(journal.sealedSegments),
    String(journal.sealedBytes),
    String(journal.aside.length),
    journal.adoptedBy ?? 'its own',
    journal.folder,
  ])
  const table = renderTable([head, ...rows])
  const aside = renderAside(journals.flatMap((journal) => journal.aside))
  return { json: journals, text: journals.length === 0 ? 'no journals yet' : [table, ...aside].join('\n\n') }
}

function renderAside(aside: JournalStatus['aside']): string[] {
  if (aside.length === 0) return []
  const rows = aside
    .slice(0, maxAsideShown)
    .map(({ segmentId, sizeBytes, reason, since }) => [segmentId, String(sizeBytes), reason, since])
  const table = renderTable([['set aside', 'bytes', 'reason', 'since'], ...rows])
  const more = aside.length > maxAsideShown ? `\n… and ${aside.length - maxAsideShown} more` : ''
  return [`${table}${more}`, 'after a repair, or with a newer release: vna journal retry <segment>, or --all']
}

async function retry(
  context: CommandContext,
  options: RetryOptions,
  segmentIds: readonly string[],
): Promise<CommandResult> {
  if (options.all === true ? segmentIds.length > 0 : segmentIds.length === 0) {
    throw new CliError('usage', 'name segments that journal list shows, or give --all')
  }
  const journals = await findJournals(join(context.config.home, 'journal'))
  const isWanted = (segmentId: string) => options.all === true || segmentIds.includes(segmentId)
  const found = journals.flatMap(({ folder, aside }) => aside.map(({ segmentId }) => ({ folder, segmentId })))
  const wanted = found.filter(({ segmentId }) => isWanted(segmentId))
  const missing = segmentIds.filter((id) => !wanted.some(({ segmentId }) => segmentId === id))
  if (missing.length > 0) throw new CliError('not-found', `not set aside: ${missing.join(', ')}`)
  for (const { folder, segmentId } of wanted) await returnSegment(folder, segmentId)
  return {
    json: { returned: wanted.map(({ segmentId }) => segmentId) },
    text: `${wanted.length} segments are tried again; vna journal list shows what is set aside once more`,
  }
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
  const aside = await listSegmentsAside(folder)
  return {
    journalId,
    folder,
    openSegments: open.filter((name) => name.endsWith('.tar')).length,
    sealedSegments: sealed.length,
    aside: aside.map(({ segmentId, sizeBytes, reason, since }) => ({ segmentId, sizeBytes, reason, since })),
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
