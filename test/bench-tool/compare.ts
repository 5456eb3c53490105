import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '../../services/cli/src/errors.ts'
import { renderTable } from '../../services/cli/src/output.ts'
import { waitUntil } from './child.ts'
import type { Service } from './clients/http-client.ts'
import { type ClientName, clients } from './clients/index.ts'
import type { Load } from './data.ts'
import { measure } from './measure.ts'
import { spreadText } from './report.ts'
import type { RunningServer, ServerName } from './server.ts'
import { serverStarters } from './servers/index.ts'
import { rounded, type Spread, spreadOf } from './stats.ts'

const indexLimitMs = 300_000

/** Figures by name, the same names for every server; the unit ends the name. */
export type Figures = Record<string, number>
export interface ComparedServer {
  readonly server: ServerName
  readonly figures: Readonly<Record<string, Spread>>
  /** Cores kept busy meanwhile by whoever is neither server nor client. */
  readonly othersCpuCores: Spread
}

export interface ComparePlan {
  readonly servers: readonly ServerName[]
  readonly runs: number
  /** Of each measurement that repeats a request for some time. */
  readonly seconds: number
  readonly folder: string
  readonly signal: AbortSignal
  onStep(server: ServerName, step: string): void
  onFailure(server: ServerName, error: Error): void
}

export interface Measurement {
  readonly server: RunningServer
  readonly service: Service
  readonly load: Load
}

/** Starts each server in turn, fills it with the load, measures it some times, and takes the medians. */
export async function compareServers(
  plan: ComparePlan,
  load: Load,
  measureOnce: (measurement: Measurement) => Promise<Figures>,
): Promise<ComparedServer[]> {
  const results: ComparedServer[] = []
  for (const name of plan.servers) {
    try {
      results.push(await compareServer(name, plan, load, measureOnce))
    } catch (error) {
      plan.signal.throwIfAborted()
      plan.onFailure(name, error as Error)
    }
  }
  return results
}

async function compareServer(
  name: ServerName,
  plan: ComparePlan,
  load: Load,
  measureOnce: (measurement: Measurement) => Promise<Figures>,
): Promise<ComparedServer> {
  const folder = join(plan.folder, 'server')
  mkdirSync(folder, { recursive: true })
  const server = await serverStarters[name]({ folder, signal: plan.signal })
  try {
    const service = await fill(server, load, plan)
    const runs: Figures[] = []
    const others: number[] = []
    for (let run = 0; run < plan.runs; run++) {
      const { result, usage } = await measure({
        rootPids: server.rootPids,
        run: () => measureOnce({ server, service, load }),
        settle: async () => undefined,
      })
      runs.push(result)
      others.push(rounded(usage.othersCpuCores))
    }
    return { server: name, figures: spreadFigures(runs), othersCpuCores: spreadOf(others) }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One association: a rival that refuses instances under concurrency would be asked of less data. */
export async function fill(
  server: RunningServer,
  load: Load,
  plan: Pick<ComparePlan, 'onStep' | 'folder' | 'signal'> & { readonly client?: ClientName },
): Promise<Service> {
  const service = server.dicomweb
  if (service === undefined) throw new CliError('usage', `${server.name} has no DICOMweb service`)
  plan.onStep(server.name, 'fill')
  const { acknowledged } = await clients[plan.client ?? 'dcmsend']({
    server,
    load,
    associations: 1,
    noDelay: true,
    folder: plan.folder,
  })
  if (acknowledged !== load.instances) throw new CliError('failed', `${server.name} refused some instances`)
  const isIndexed = async (): Promise<boolean> => (await server.storedInstances()) >= load.instances
  await waitUntil({ what: `indexing by ${server.name}`, limitMs: indexLimitMs, signal: plan.signal }, isIndexed)
  return service
}

function spreadFigures(runs: readonly Figures[]): Record<string, Spread> {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))]
  return Object.fromEntries(
    names.map((name) => [name, spreadOf(runs.flatMap((run) => (run[name] === undefined ? [] : rounded(run[name]))))]),
  )
}

/** A row a figure, a column a server, and how we stand to each rival. */
export function comparisonTable(results: readonly ComparedServer[]): string {
  const names = [...new Set(results.flatMap((result) => Object.keys(result.figures)))]
  const ours = results.find((result) => result.server === 'vna')
  const rivals = ours === undefined ? [] : results.filter((result) => result !== ours)
  const head = [
    'figure',
    ...results.map((result) => result.server),
    ...rivals.map((rival) => `against ${rival.server}`),
  ]
  const rows = names.map((name) => [
    name,
    ...results.map((result) => cellText(result.figures[name])),
    ...rivals.map((rival) => ratioText(name, ours?.figures[name], rival.figures[name])),
  ])
  const noise = [
    "others' CPU, cores",
    ...results.map((result) => spreadText(result.othersCpuCores)),
    ...rivals.map(() => ''),
  ]
  return renderTable([head, ...rows, noise])
}

function cellText(spread: Spread | undefined): string {
  return spread === undefined ? '' : spreadText(spread)
}

/** Above 1 is better for us, whichever way the figure counts. */
function ratioText(name: string, ours: Spread | undefined, theirs: Spread | undefined): string {
  if (ours === undefined || theirs === undefined) return ''
  if (!/(ms|rps|MB\/s|s\/GB|peak MB)$/.test(name)) return ''
  const isMoreBetter = /(MB\/s|rps)$/.test(name)
  const ratio = isMoreBetter ? ours.median / theirs.median : theirs.median / ours.median
  return `${rounded(ratio)}x`
}
