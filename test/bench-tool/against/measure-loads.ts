import type { ClientName } from '../clients/index.ts'
import { type Figures, fill } from '../compare.ts'
import type { Load, LoadName, LoadSize } from '../data.ts'
import { type CellData, type IngestCell, runCell, writeLoads } from '../ingest.ts'
import { measure } from '../measure.ts'
import { measureServer, writeRetrieveLoad } from '../retrieve.ts'
import type { RunningServer } from '../server.ts'
import type { Pair, Sample } from './pairs.ts'
import { type PairsPlan, runPairs } from './run-pairs.ts'

type AgainstIngestPlan = PairsPlan & {
  readonly cells: readonly IngestCell[]
  readonly sizes: Readonly<Record<LoadName, LoadSize>>
  readonly warmUps: Readonly<Record<LoadName, LoadSize>>
}

/** A run a load on each side; both are given the same files by the same client. */
export async function ingestPairs(plan: AgainstIngestPlan): Promise<readonly Pair[]> {
  const data = new Map<LoadName, CellData>()
  const pairs: Pair[] = []
  for (const cell of plan.cells) {
    const loads = data.get(cell.load) ?? writeLoads(cell.load, plan)
    data.set(cell.load, loads)
    pairs.push(...(await runPairs(plan, async (server) => [await ingestSample(server, cell, { ...plan, ...loads })])))
  }
  return pairs
}

async function ingestSample(
  server: RunningServer,
  cell: IngestCell,
  context: CellData & { readonly folder: string; readonly signal: AbortSignal },
): Promise<Sample> {
  const run = await runCell(server, cell, context)
  const { acknowledged, stored } = run
  if (acknowledged !== context.load.instances || stored !== context.load.instances) {
    throw new Error(`${acknowledged} acknowledged and ${stored} stored of ${context.load.instances}`)
  }
  const settings = [cell.load, cell.client, `x${cell.associations}`, ...(cell.noDelay ? [] : ['(Nagle)'])]
  return {
    load: settings.join(' '),
    rate: run.instancesPerSecond,
    rateUnit: 'inst/s',
    cpuSecondsPer1000: run.cpuSecondsPer1000,
    othersCpuCores: run.othersCpuCores,
  }
}

type AgainstRetrievePlan = PairsPlan & {
  readonly size: LoadSize
  readonly seconds: number
  readonly client: ClientName
}

/** One run of a side measures every way of retrieving. */
export async function retrievePairs(plan: AgainstRetrievePlan): Promise<readonly Pair[]> {
  const load = writeRetrieveLoad(plan)
  const steps = { ...plan, onStep: () => undefined }
  return runPairs(plan, async (server) => {
    const service = await fill(server, load, steps)
    const { result, usage } = await measure({
      rootPids: server.rootPids,
      run: () => measureServer({ server, service, load }, steps),
      settle: async () => undefined,
    })
    return retrieveSamples(result, load).map((sample) => ({ ...sample, othersCpuCores: usage.othersCpuCores }))
  })
}

export function retrieveSamples(
  figures: Figures,
  load: Pick<Load, 'bytes' | 'instances'>,
): readonly Omit<Sample, 'othersCpuCores'>[] {
  const figure = (name: string): number => figures[name] ?? Number.NaN
  const gigabytesOf1000 = load.bytes / load.instances / 1e6
  const study = (name: string) => ({
    load: name,
    rate: figure(`${name} MB/s`),
    rateUnit: 'MB/s',
    cpuSecondsPer1000: figure(`${name} CPU s/GB`) * gigabytesOf1000,
  })
  // Milliseconds a request are seconds for 1,000.
  const many = (name: string) => ({
    load: name,
    rate: figure(`${name} c8 rps`),
    rateUnit: 'requests/s',
    cpuSecondsPer1000: figure(`${name} CPU ms`),
  })
  const metadata = { load: 'metadata', rate: 1000 / figure('metadata repeated ms'), rateUnit: 'requests/s' }
  return [study('study x1'), study('study x4'), many('instance'), many('frame'), metadata]
}
