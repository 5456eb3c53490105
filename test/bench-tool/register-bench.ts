import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandContext, CommandHost, CommandResult, RegisterCommand } from '../../services/cli/src/command.ts'
import { CliError } from '../../services/cli/src/errors.ts'
import { countOf } from '../../services/cli/src/send/parse-options.ts'
import { type ClientName, clientNames } from './clients/index.ts'
import { type ComparePlan, comparisonTable } from './compare.ts'
import { fullLoads, fullWarmUps, loadNames, quickLoads, quickWarmUps } from './data.ts'
import { benchIngest, type IngestCell } from './ingest.ts'
import { installRivals } from './programs.ts'
import { benchQido } from './qido.ts'
import { durabilityText, ingestRatios, ingestTable, ratioTable } from './report.ts'
import { benchRetrieve } from './retrieve.ts'
import { type ServerName, serverNames } from './server.ts'

type Command = Parameters<RegisterCommand>[0]

const DEFAULT_RIVALS = 'orthanc-sqlite,orthanc-postgresql,storescp,storescp-fork'
const RIVALS = serverNames.filter((name) => name !== 'vna')
const DICOMWEB_RIVALS = RIVALS.filter((name) => name.startsWith('orthanc'))
const QUICK_QIDO_STUDIES = 50
const QUICK_SECONDS = 1

type BenchOptions = {
  readonly rivals: string
  readonly runs?: string
  readonly quick?: boolean
  readonly only?: boolean
  readonly installRivals?: boolean
  readonly folder?: string
}

type IngestOptions = BenchOptions & {
  readonly loads: string
  readonly associations: string
  readonly clients: string
  readonly nagle: string
}

type RetrieveOptions = BenchOptions & { readonly seconds: string; readonly studies: string }

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

function registerIngest(bench: Command, host: CommandHost): void {
  withCommonOptions(bench.command('ingest'), { known: RIVALS, rivals: DEFAULT_RIVALS })
    .description('C-STORE and STOW-RS: instances/s, MB/s, CPU and memory of the whole server')
    .option('--loads <names>', `some of ${loadNames.join(',')}`, 'ct,mr,tiny')
    .option('--associations <list>', 'how many side by side', '1,2,4')
    .option('--clients <names>', `some of ${clientNames.join(',')}`, 'dcmsend')
    .option('--nagle <mode>', "Nagle's algorithm at the sender: off, on or both", 'off')
    .action(host.run<IngestOptions>(ingest))
}

function registerRetrieve(bench: Command, host: CommandHost): void {
  withCommonOptions(bench.command('retrieve'), { known: DICOMWEB_RIVALS, rivals: DICOMWEB_RIVALS.join(',') })
    .description('WADO-RS: whole studies, single instances, frames, metadata after a restart and repeated')
    .option('--seconds <n>', 'how long each repeated request is measured', '3')
    .option('--studies <n>', 'studies of 300 CT', '4')
    .action(host.run<RetrieveOptions>(retrieve))
}

function registerQido(bench: Command, host: CommandHost): void {
  withCommonOptions(bench.command('qido'), { known: DICOMWEB_RIVALS, rivals: DICOMWEB_RIVALS.join(',') })
    .description('QIDO-RS: latency and rate of study queries')
    .option('--seconds <n>', 'how long the rate is measured', '3')
    .option('--studies <n>', 'studies in the index', '200')
    .action(host.run<RetrieveOptions>(qido))
}

async function ingest(context: CommandContext, options: IngestOptions): Promise<CommandResult> {
  const plan = await prepare(context, options)
  const cells = cellsOf(options, plan.servers)
  const runs = options.runs === undefined ? (options.quick === true ? 1 : 3) : countOf(options.runs, 'runs')
  const failures: string[] = []
  const progress = context.progress({ label: 'bench', total: cells.length * runs, unit: 'runs' })
  const results = await benchIngest({
    ...plan,
    cells,
    runs,
    sizes: options.quick === true ? quickLoads : fullLoads,
    warmUps: options.quick === true ? quickWarmUps : fullWarmUps,
    onRun: () => progress.advance(),
    onFailure: noteFailure(context, failures),
  })
  progress.finish()
  const ratios = ingestRatios(results)
  const text = [ingestTable(results), ratioTable(ratios), durabilityText(results)].filter((part) => part !== '')
  return { json: { results, ratios, failures }, text: text.join('\n\n'), ok: failures.length === 0 }
}

async function retrieve(context: CommandContext, options: RetrieveOptions): Promise<CommandResult> {
  const failures: string[] = []
  const plan = await prepare(context, options)
  const size =
    options.quick === true ? quickLoads.ct : { studies: countOf(options.studies, 'studies'), instancesPerStudy: 300 }
  const results = await benchRetrieve({ ...plan, ...repetitionsOf(options), size, ...watchOf(context, failures) })
  return { json: { results, failures }, text: comparisonTable(results), ok: failures.length === 0 }
}

async function qido(context: CommandContext, options: RetrieveOptions): Promise<CommandResult> {
  const failures: string[] = []
  const plan = await prepare(context, options)
  const studies = options.quick === true ? QUICK_QIDO_STUDIES : countOf(options.studies, 'studies')
  const results = await benchQido({ ...plan, ...repetitionsOf(options), studies, ...watchOf(context, failures) })
  return { json: { results, failures }, text: comparisonTable(results), ok: failures.length === 0 }
}

function repetitionsOf(options: RetrieveOptions): { readonly runs: number; readonly seconds: number } {
  const isQuick = options.quick === true
  return {
    runs: options.runs === undefined ? (isQuick ? 1 : 3) : countOf(options.runs, 'runs'),
    seconds: isQuick ? QUICK_SECONDS : countOf(options.seconds, 'seconds'),
  }
}

function watchOf(context: CommandContext, failures: string[]): Pick<ComparePlan, 'onStep' | 'onFailure'> {
  return {
    onStep: (server, step) => context.note(`${server}: ${step}`),
    onFailure: noteFailure(context, failures),
  }
}

/** One server that cannot be measured does not cost the figures of the others, but is never passed over in silence. */
function noteFailure(context: CommandContext, failures: string[]): (server: ServerName, error: Error) => void {
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
  const counts = options.associations.split(',').map((text) => Math.max(1, countOf(text, 'associations', 64)))
  const cells: IngestCell[] = []
  for (const load of namesOf(options.loads, loadNames, 'loads')) {
    for (const client of namesOf(options.clients, clientNames, 'clients')) {
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
