import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DataSetScanner, parsePart10Prefix } from '../../packages/dicom/src/index.ts'
import { CliError } from '../../services/cli/src/errors.ts'
import { type GetRequest, getOk, HttpClient, measureLatency, measureThroughput, warmUp } from './clients/http-client.ts'
import { type ComparedServer, type ComparePlan, compareServers, type Figures, type Measurement } from './compare.ts'
import { type Load, type LoadSize, writeLoad } from './data.ts'
import { measure } from './measure.ts'

const sequentialRequests = 200
const wrkConnections = 8

const acceptInstances = 'multipart/related; type="application/dicom"; transfer-syntax=*'
const acceptFrames = 'multipart/related; type="application/octet-stream"'
const acceptJson = 'application/dicom+json'

/** Whole studies, single instances, frames and metadata by WADO-RS. */
export function benchRetrieve(plan: ComparePlan & { readonly size: LoadSize }): Promise<ComparedServer[]> {
  const load = writeRetrieveLoad(plan)
  return compareServers(plan, load, (measurement) => measureServer(measurement, plan))
}

export function writeRetrieveLoad(o: { readonly size: LoadSize; readonly folder: string }): Load {
  return writeLoad('ct', o.size, { folder: join(o.folder, 'data'), seed: 'retrieve' })
}

export async function measureServer(
  measurement: Measurement,
  plan: Pick<ComparePlan, 'seconds' | 'signal' | 'onStep'>,
): Promise<Figures> {
  const { server, load } = measurement
  const figures: Figures = {}
  const steps: Readonly<Record<string, () => Promise<Figures>>> = {
    metadata: () => measureMetadata(measurement),
    'study x1': () => measureStudies(measurement, { connections: 1, seconds: plan.seconds }),
    'study x4': () => measureStudies(measurement, { connections: 4, seconds: plan.seconds }),
    instances: () => measureMany(measurement, instanceRequests(load), { name: 'instance', seconds: plan.seconds }),
    frames: () => measureMany(measurement, frameRequests(load), { name: 'frame', seconds: plan.seconds }),
  }
  for (const [name, step] of Object.entries(steps)) {
    plan.signal.throwIfAborted()
    plan.onStep(server.name, name)
    Object.assign(figures, await step())
  }
  return figures
}

/** First after a restart, then again and again. */
async function measureMetadata({ server, service, load }: Measurement): Promise<Figures> {
  const [study] = load.studies
  if (study === undefined) return {}
  const request = { path: `/studies/${study.studyInstanceUid}/metadata`, accept: acceptJson }
  await server.restart()
  const client = new HttpClient(service)
  const first = await getOk(client, request)
  client.close()
  const again = await measureLatency(
    service,
    Array.from({ length: 10 }, () => request),
  )
  return {
    'metadata first ms': first.totalMs,
    'metadata repeated ms': again.p50Ms,
    'metadata MB': first.bodyBytes / 1e6,
  }
}

async function measureStudies(
  { server, service, load }: Measurement,
  o: { readonly connections: number; readonly seconds: number },
): Promise<Figures> {
  const requests = load.studies.map((study) => ({
    path: `/studies/${study.studyInstanceUid}`,
    accept: acceptInstances,
  }))
  const client = new HttpClient(service)
  const first = await getOk(client, requests[0] as GetRequest)
  client.close()
  const expected = load.bytes / load.studies.length
  if (first.bodyBytes < expected) throw new CliError('failed', `${server.name} answered a study with bytes missing`)
  await warmUp(service, requests, o.connections)
  const { result, usage } = await measure({
    rootPids: server.rootPids,
    run: () => measureThroughput(service, requests, o),
    settle: async () => undefined,
  })
  const name = `study x${o.connections}`
  return {
    [`${name} MB/s`]: result.bodyBytes / 1e6 / result.seconds,
    [`${name} CPU s/GB`]: usage.serverCpuSeconds / (result.bodyBytes / 1e9),
    [`${name} peak MB`]: usage.peakPssBytes / 1e6,
    ...(o.connections === 1 ? { 'study first byte ms': first.firstByteMs } : {}),
  }
}

async function measureMany(
  { server, service }: Measurement,
  requests: readonly GetRequest[],
  o: { readonly name: string; readonly seconds: number },
): Promise<Figures> {
  const latency = await measureLatency(service, requests.slice(0, sequentialRequests))
  await warmUp(service, requests, wrkConnections)
  const { result, usage } = await measure({
    rootPids: server.rootPids,
    run: () => measureThroughput(service, requests, { connections: wrkConnections, seconds: o.seconds }),
    settle: async () => undefined,
  })
  return {
    [`${o.name} p50 ms`]: latency.p50Ms,
    [`${o.name} p95 ms`]: latency.p95Ms,
    [`${o.name} c${wrkConnections} rps`]: result.requests / result.seconds,
    [`${o.name} CPU ms`]: (usage.serverCpuSeconds * 1000) / result.requests,
  }
}

function instancePaths(load: Load): string[] {
  return load.studies.flatMap((study) =>
    study.files.map((file) => {
      const { seriesInstanceUid, sopInstanceUid } = identityOf(file)
      return `/studies/${study.studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`
    }),
  )
}

function instanceRequests(load: Load): GetRequest[] {
  return instancePaths(load).map((path) => ({ path, accept: acceptInstances }))
}

function frameRequests(load: Load): GetRequest[] {
  return instancePaths(load).map((path) => ({ path: `${path}/frames/1`, accept: acceptFrames }))
}

const headBytes = 16 * 1024

function identityOf(file: string): { readonly seriesInstanceUid: string; readonly sopInstanceUid: string } {
  const bytes = readFileSync(file)
  const prefix = parsePart10Prefix(bytes, { complete: true })
  if (prefix.kind === 'more') throw new CliError('failed', 'a phantom cannot be read')
  const scanner = new DataSetScanner({ transferSyntaxUid: prefix.transferSyntaxUid })
  scanner.push(bytes.subarray(prefix.dataSetOffset, prefix.dataSetOffset + headBytes))
  const { seriesInstanceUid = '', sopInstanceUid = '' } = scanner.identity
  return { seriesInstanceUid, sopInstanceUid }
}
