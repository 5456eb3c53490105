import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandContext, CommandHost, CommandResult, RegisterCommand } from '../../services/cli/src/command.ts'
import { repositoryFolder } from '../../services/cli/src/config.ts'
import { CliError } from '../../services/cli/src/errors.ts'
import { countOf } from '../../services/cli/src/send/parse-options.ts'
import { openCheckout, presentCheckout } from './against/checkout.ts'
import { ingestPairs, retrievePairs } from './against/measure-loads.ts'
import { defaultPairs, loadRatios, type Pair, type Side } from './against/pairs.ts'
import { ratioTableOf } from './against/ratio-table.ts'
import type { PairsPlan } from './against/run-pairs.ts'
import { type ClientName, clientNames } from './clients/index.ts'
import { type ComparePlan, comparisonTable } from './compare.ts'
import { fullLoads, fullWarmUps, type LoadSize, loadNames, quickLoads, quickWarmUps } from './data.ts'
import { benchIngest, type IngestCell } from './ingest.ts'
import { findProgram, installRivals } from './programs.ts'
import { benchQido } from './qido.ts'
import { durabilityText, ingestRatios, ingestTable, ratioTable } from './report.ts'
import { benchRetrieve } from './retrieve.ts'
import { type ServerName, serverNames } from './server.ts'

type Command = Parameters<RegisterCommand>[0]

const defaultRivals = 'orthanc-sqlite,orthanc-postgresql,storescp,storescp-fork'
const ingestRivals = serverNames.filter((name) => name !== 'vna')
const dicomwebRivals = ingestRivals.filter((name) => name.startsWith('orthanc'))
const quickQidoStudies = 50
const quickSeconds = 1
const defaultAssociations = '1,2,4'
/** Against another commit a load is measured at least twelve times: at one concurrency unless more are asked for. */
const againstAssociations = '4'
const maxPairs = 1000

interface BenchOptions {
  readonly rivals: string
  readonly runs?: string
  readonly quick?: boolean
  readonly only?: boolean
  readonly installRivals?: boolean
  readonly folder?: string
}

type AgainstOptions = BenchOptions & { readonly against?: string; readonly pairs?: string }

type IngestOptions = AgainstOptions & {
  readonly loads: string
  readonly associations?: string
  readonly clients?: string
  readonly nagle: string
}

type RetrieveOptions = AgainstOptions & { readonly seconds: string; readonly studies: string }

export const registerBench: RegisterCommand = (program, host) => {
  const bench = program
    .command('bench')
    .description('measure this archive and its rivals on this machine, on the same data')
  registerIngest(bench, host)
  registerRetrieve(bench, host)
  registerQido(bench, host)
}

function withCommonOptions(
  command: Command,
  o: { readonly known: readonly string[]; readonly rivals: string },
): Command {
  return command
    .option('--rivals <names>', `none, or some of ${o.known.join(',')}`, o.rivals)
    .option('--only', 'measure the rivals only')
    .option('--runs <n>', 'measurements of each cell, of which the median is given (default: 3, quick: 1)')
    .option('--quick', 'small loads and one run: tells broken from good, not more')
    .option('--install-rivals', 'apt-get install what the rivals need first')
    .option('--folder <path>', 'where loads and servers live meanwhile (default: a temporary folder)')
}

function withAgainstOptions(command: Command): Command {
  return command
    .option('--against <ref>', 'compare with this commit (or folder of an installed checkout) instead of rivals')
    .option('--pairs <n>', `pairs of runs with --against, in ABBA order (default: ${defaultPairs})`)
}

function registerIngest(bench: Command, host: CommandHost): void {
  withAgainstOptions(withCommonOptions(bench.command('ingest'), { known: ingestRivals, rivals: defaultRivals }))
    .description('C-STORE and STOW-RS: instances/s, MB/s, CPU and memory of the whole server')
    .option('--loads <names>', `some of ${loadNames.join(',')}`, 'ct,mr,tiny')
    .option(
      '--associations <list>',
      `how many side by side (default: ${defaultAssociations}; with --against: ${againstAssociations})`,
    )
    .option(
      '--clients <names>',
      `some of ${clientNames.join(',')} (default: dcmsend; with --against send where there is no dcmsend)`,
    )
    .option('--nagle <mode>', "Nagle's algorithm at the sender: off, on or both", 'off')
    .action(host.run<IngestOptions>(ingest))
}

function registerRetrieve(bench: Command, host: CommandHost): void {
  withAgainstOptions(
    withCommonOptions(bench.command('retrieve'), { known: dicomwebRivals, rivals: dicomwebRivals.join(',') }),
  )
    .description('WADO-RS: whole studies, single instances, frames, metadata after a restart and repeated')
    .option('--seconds <n>', 'how long each repeated request is measured', '3')
    .option('--studies <n>', 'studies of 300 CT', '4')
    .action(host.run<RetrieveOptions>(retrieve))
}

function registerQido(bench: Command, host: CommandHost): void {
  withCommonOptions(bench.command('qido'), { known: dicomwebRivals, rivals: dicomwebRivals.join(',') })
    .description('QIDO-RS: latency and rate of study queries')
    .option('--seconds <n>', 'how long the rate is measured', '3')
    .option('--studies <n>', 'studies in the index', '200')
    .action(host.run<RetrieveOptions>(qido))
}

async function ingest(context: CommandContext, options: IngestOptions): Promise<CommandResult> {
  if (options.against !== undefined) return ingestAgainst(context, options, options.against)
  const plan = await prepare(context, options)
  const cells = cellsOf(options, plan.servers)
  const runs = options.runs === undefined ? (options.quick === true ? 1 : 3) : countOf(options.runs, 'runs')
  const failures: string[] = []
  const progress = context.progress({ label: 'bench', total: cells.length * runs, unit: 'runs' })
  const results = await benchIngest({
    ...plan,
    cells,
    runs,
    ...sizesOf(options),
    onRun: () => progress.advance(),
    onFailure: noteFailure(context, failures),
  })
  progress.finish()
  const ratios = ingestRatios(results)
  const text = [ingestTable(results), ratioTable(ratios), durabilityText(results)].filter((part) => part !== '')
  return { json: { results, ratios, failures }, text: text.join('\n\n'), ok: failures.length === 0 }
}

async function retrieve(context: CommandContext, options: RetrieveOptions): Promise<CommandResult> {
  if (options.against !== undefined) return retrieveAgainst(context, options, options.against)
  const failures: string[] = []
  const plan = await prepare(context, options)
  const size = retrieveSizeOf(options)
  const results = await benchRetrieve({ ...plan, ...repetitionsOf(options), size, ...watchOf(context, failures) })
  return { json: { results, failures }, text: comparisonTable(results), ok: failures.length === 0 }
}

async function qido(context: CommandContext, options: RetrieveOptions): Promise<CommandResult> {
  const failures: string[] = []
  const plan = await prepare(context, options)
  const studies = options.quick === true ? quickQidoStudies : countOf(options.studies, 'studies')
  const results = await benchQido({ ...plan, ...repetitionsOf(options), studies, ...watchOf(context, failures) })
  return { json: { results, failures }, text: comparisonTable(results), ok: failures.length === 0 }
}

function ingestAgainst(context: CommandContext, options: IngestOptions, ref: string): Promise<CommandResult> {
  const { associations = againstAssociations, clients = againstClient() } = options
  const cells = cellsOf({ ...options, associations, clients }, ['vna'])
  return compareCommits(context, { options, ref, rounds: cells.length }, (plan) =>
    ingestPairs({ ...plan, ...sizesOf(options), cells }),
  )
}

function retrieveAgainst(context: CommandContext, options: RetrieveOptions, ref: string): Promise<CommandResult> {
  const { seconds } = repetitionsOf(options)
  return compareCommits(context, { options, ref, rounds: 1 }, (plan) =>
    retrievePairs({ ...plan, seconds, size: retrieveSizeOf(options), client: againstClient() }),
  )
}

/** `rounds`: how often all pairs are run, once for each load that needs runs of its own. */
async function compareCommits(
  context: CommandContext,
  o: { readonly options: AgainstOptions; readonly ref: string; readonly rounds: number },
  measurePairs: (plan: PairsPlan) => Promise<readonly Pair[]>,
): Promise<CommandResult> {
  if (o.options.runs !== undefined) throw new CliError('usage', '--against goes by --pairs, not by --runs')
  const pairs = o.options.pairs === undefined ? defaultPairs : countOf(o.options.pairs, 'pairs', maxPairs)
  if (pairs < defaultPairs) context.note(`fewer than ${defaultPairs} pairs tell broken from good, not more`)
  const before = await openCheckout(o.ref, { repository: repositoryFolder, note: context.note })
  const { folder, signal } = await prepare(context, { ...o.options, rivals: 'none' })
  const failures: string[] = []
  const progress = context.progress({ label: 'bench', total: pairs * o.rounds * 2, unit: 'runs' })
  const measured = await measurePairs({
    sides: { before, now: presentCheckout },
    pairs,
    folder,
    signal,
    onRun: () => progress.advance(),
    onFailure: noteFailure(context, failures),
  })
  progress.finish()
  const ratios = loadRatios(measured)
  return {
    json: { against: o.ref, before: before.folder, ratios, pairs: measured, failures },
    text: ratioTableOf(ratios),
    ok: failures.length === 0,
  }
}

/** DCMTK's takes less of the machine; ours needs nothing that is not here. Both sides are sent to by the same one. */
function againstClient(): ClientName {
  return findProgram('dcmsend') === undefined ? 'send' : 'dcmsend'
}

function sizesOf({ quick }: BenchOptions) {
  return quick === true ? { sizes: quickLoads, warmUps: quickWarmUps } : { sizes: fullLoads, warmUps: fullWarmUps }
}

function retrieveSizeOf(options: RetrieveOptions): LoadSize {
  if (options.quick === true) return quickLoads.ct
  return { studies: countOf(options.studies, 'studies'), instancesPerStudy: 300 }
}

function repetitionsOf(options: RetrieveOptions): { readonly runs: number; readonly seconds: number } {
  const isQuick = options.quick === true
  return {
    runs: options.runs === undefined ? (isQuick ? 1 : 3) : countOf(options.runs, 'runs'),
    seconds: isQuick ? quickSeconds : countOf(options.seconds, 'seconds'),
  }
}

function watchOf(context: CommandContext, failures: string[]): Pick<ComparePlan, 'onStep' | 'onFailure'> {
  return {
    onStep: (server, step) => context.note(`${server}: ${step}`),
    onFailure: noteFailure(context, failures),
  }
}

/** One server that cannot be measured does not cost the figures of the others, but is never passed over in silence. */
function noteFailure(context: CommandContext, failures: string[]): (server: ServerName | Side, error: Error) => void {
  return (server, error) => {
    failures.push(`${server}: ${error.message}`)
    context.note(`${server}: ${error.message}`)
  }
}

async function prepare(
  context: CommandContext,
  options: BenchOptions,
): Promise<{ readonly servers: readonly ServerName[]; readonly folder: string; readonly signal: AbortSignal }> {
  const rivals = options.rivals === 'none' ? [] : namesOf(options.rivals, serverNames, 'rivals')
  if (options.installRivals === true) await installRivals()
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'vna-bench-'))
  // PostgreSQL runs as a user of its own and must be able to pass.
  chmodSync(folder, 0o755)
  context.onEnd(() => rmSync(folder, { recursive: true, force: true }))
  const ours: ServerName[] = options.only === true ? [] : ['vna']
  return { servers: [...new Set([...ours, ...rivals])], folder, signal: context.signal }
}

/** Servers change fastest: those compared with each other run close in time. */
function cellsOf(options: IngestOptions, servers: readonly ServerName[]): IngestCell[] {
  const modes: Readonly<Record<string, readonly boolean[]>> = { off: [true], on: [false], both: [true, false] }
  const noDelays = modes[options.nagle]
  if (noDelays === undefined) throw new CliError('usage', '--nagle wants off, on or both')
  const counts = (options.associations ?? defaultAssociations)
    .split(',')
    .map((text) => Math.max(1, countOf(text, 'associations', 64)))
  const cells: IngestCell[] = []
  for (const load of namesOf(options.loads, loadNames, 'loads')) {
    for (const client of namesOf(options.clients ?? 'dcmsend', clientNames, 'clients')) {
      for (const associations of counts) {
        for (const noDelay of noDelays) {
          for (const server of servers.filter((name) => canServe(name, client))) {
            cells.push({ server, load, client, associations, noDelay })
          }
        }
      }
    }
  }
  return cells
}

function canServe(server: ServerName, client: ClientName): boolean {
  return client !== 'stow' || !server.startsWith('storescp')
}

function namesOf<T extends string>(text: string, known: readonly T[], option: string): T[] {
  return text.split(',').map((name) => {
    const match = known.find((candidate) => candidate === name.trim())
    if (match === undefined) throw new CliError('usage', `--${option}: ${name} is none of ${known.join(', ')}`)
    return match
  })
}
