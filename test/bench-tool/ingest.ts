import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '../../services/cli/src/errors.ts'
import { waitUntil } from './child.ts'
import { type ClientName, clients } from './clients/index.ts'
import { type Load, type LoadName, type LoadSize, writeLoad } from './data.ts'
import { measure } from './measure.ts'
import type { RunningServer, ServerName } from './server.ts'
import { serverStarters } from './servers/index.ts'
import { rounded, type Spread, spreadOf } from './stats.ts'

/** Others' CPU beyond this share of a core, and a run is left out where quieter ones are to be had. */
const quietCpuCores = 0.25
/** How long after the last acknowledgement a server may take to have everything in its index. */
const settleLimitMs = 120_000
/** Asking costs the server something too. */
const settlePollMs = 200
/** Longer without a change, and what is missing will not come. */
const settleStillMs = 5_000

export interface IngestCell {
  readonly server: ServerName
  readonly load: LoadName
  readonly client: ClientName
  readonly associations: number
  readonly noDelay: boolean
}

export interface IngestRun {
  readonly seconds: number
  readonly acknowledged: number
  readonly stored: number
  readonly instancesPerSecond: number
  readonly megabytesPerSecond: number
  /** From the first byte until the last instance is in the index. */
  readonly settledInstancesPerSecond: number
  readonly cpuSecondsPer1000: number
  readonly cpuSecondsPerGigabyte: number
  readonly peakMegabytes: number
  readonly othersCpuCores: number
}

export type IngestResult = IngestCell & {
  readonly durability: string
  readonly instances: number
  readonly megabytes: number
  readonly runs: readonly IngestRun[]
  readonly instancesPerSecond: Spread
  readonly megabytesPerSecond: Spread
  readonly settledInstancesPerSecond: Spread
  readonly cpuSecondsPer1000: Spread
  readonly cpuSecondsPerGigabyte: Spread
  readonly peakMegabytes: Spread
  readonly othersCpuCores: Spread
  /** Runs that count: the quiet ones, or all when none was quiet. */
  readonly quietRuns: number
}

export interface IngestPlan {
  readonly cells: readonly IngestCell[]
  readonly sizes: Readonly<Record<LoadName, LoadSize>>
  readonly warmUps: Readonly<Record<LoadName, LoadSize>>
  readonly runs: number
  readonly folder: string
  readonly signal: AbortSignal
  onRun(cell: IngestCell, run: IngestRun): void
  onFailure(server: ServerName, error: Error): void
}

/** Every cell in turn, each run on a fresh server, so that no cell inherits another's index or memory. */
export async function benchIngest(plan: IngestPlan): Promise<IngestResult[]> {
  const loads = new Map<LoadName, CellData>()
  const results: IngestResult[] = []
  for (const cell of plan.cells) {
    const data = loads.get(cell.load) ?? writeLoads(cell.load, plan)
    loads.set(cell.load, data)
    try {
      results.push(await benchCell(cell, data, plan))
    } catch (error) {
      plan.signal.throwIfAborted()
      plan.onFailure(cell.server, error as Error)
    }
  }
  return results
}

async function benchCell(cell: IngestCell, data: CellData, plan: IngestPlan): Promise<IngestResult> {
  const runs: IngestRun[] = []
  let durability = ''
  for (let run = 0; run < plan.runs; run++) {
    plan.signal.throwIfAborted()
    const folder = join(plan.folder, 'server')
    mkdirSync(folder, { recursive: true })
    const server = await serverStarters[cell.server]({ folder, signal: plan.signal })
    try {
      durability = server.durability
      const figures = roundedRun(await runCell(server, cell, { ...data, folder: plan.folder, signal: plan.signal }))
      runs.push(figures)
      plan.onRun(cell, figures)
    } finally {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return summarise(cell, { durability, load: data.load, runs })
}

export interface CellData {
  readonly load: Load
  readonly warmUp: Load
}

export function writeLoads(name: LoadName, plan: Pick<IngestPlan, 'sizes' | 'warmUps' | 'folder'>): CellData {
  return {
    load: writeLoad(name, plan.sizes[name], { folder: join(plan.folder, 'data', name), seed: 'bench' }),
    warmUp: writeLoad(name, plan.warmUps[name], {
      folder: join(plan.folder, 'data', `${name}-warm-up`),
      seed: 'warm up',
    }),
  }
}

type RunContext = CellData & { readonly folder: string; readonly signal: AbortSignal }

/** Warms the server up, then measures it. */
export async function runCell(
  server: RunningServer,
  cell: Omit<IngestCell, 'server'>,
  context: RunContext,
): Promise<IngestRun> {
  const { load, warmUp, signal } = context
  const options = { server, associations: cell.associations, noDelay: cell.noDelay, folder: context.folder, signal }
  const send = clients[cell.client]
  await send({ ...options, load: warmUp })
  await settle(server, warmUp.instances, signal)
  let indexingSeconds = 0
  const { result, usage } = await measure({
    rootPids: server.rootPids,
    run: () => send({ ...options, load }),
    settle: async () => {
      const acknowledgedAt = performance.now()
      await settle(server, warmUp.instances + load.instances, signal)
      indexingSeconds = (performance.now() - acknowledgedAt) / 1000
    },
  })
  const stored = (await server.storedInstances()) - warmUp.instances
  const gigabytes = load.bytes / 1e9
  return {
    seconds: result.seconds,
    acknowledged: result.acknowledged,
    stored,
    instancesPerSecond: result.acknowledged / result.seconds,
    megabytesPerSecond: ((load.bytes / 1e6) * (result.acknowledged / load.instances)) / result.seconds,
    settledInstancesPerSecond: stored / (result.seconds + indexingSeconds),
    cpuSecondsPer1000: (usage.serverCpuSeconds / load.instances) * 1000,
    cpuSecondsPerGigabyte: usage.serverCpuSeconds / gigabytes,
    peakMegabytes: usage.peakPssBytes / 1e6,
    othersCpuCores: usage.othersCpuCores,
  }
}

/** As a report gives it. */
function roundedRun(run: IngestRun): IngestRun {
  const entries = Object.entries(run).map(([name, value]) => [name, rounded(value)])
  return { ...Object.fromEntries(entries), acknowledged: run.acknowledged, stored: run.stored }
}

/** A server that refused some instances never reaches the count: then it has settled when the count stands still. */
async function settle(server: RunningServer, expected: number, signal: AbortSignal): Promise<void> {
  let last = -1
  let since = performance.now()
  await waitUntil(
    { what: `indexing by ${server.name}`, limitMs: settleLimitMs, pollMs: settlePollMs, signal },
    async () => {
      const stored = await server.storedInstances()
      if (stored !== last) {
        last = stored
        since = performance.now()
      }
      return stored >= expected || performance.now() - since > settleStillMs
    },
  )
  if (last <= 0) throw new CliError('failed', `${server.name} stored nothing`)
}

function summarise(
  cell: IngestCell,
  o: { readonly durability: string; readonly load: Load; readonly runs: readonly IngestRun[] },
): IngestResult {
  const quiet = o.runs.filter((run) => run.othersCpuCores <= quietCpuCores)
  const counted = quiet.length > 0 ? quiet : o.runs
  const spread = (pick: (run: IngestRun) => number): Spread => spreadOf(counted.map(pick))
  return {
    ...cell,
    durability: o.durability,
    instances: o.load.instances,
    megabytes: rounded(o.load.bytes / 1e6),
    runs: o.runs,
    instancesPerSecond: spread((run) => run.instancesPerSecond),
    megabytesPerSecond: spread((run) => run.megabytesPerSecond),
    settledInstancesPerSecond: spread((run) => run.settledInstancesPerSecond),
    cpuSecondsPer1000: spread((run) => run.cpuSecondsPer1000),
    cpuSecondsPerGigabyte: spread((run) => run.cpuSecondsPerGigabyte),
    peakMegabytes: spread((run) => run.peakMegabytes),
    othersCpuCores: spread((run) => run.othersCpuCores),
    quietRuns: quiet.length,
  }
}
