import { join } from 'node:path'
import { type GetRequest, measureLatency, measureThroughput, warmUp } from './clients/http-client.ts'
import { type ComparedServer, type ComparePlan, compareServers, type Figures, type Measurement } from './compare.ts'
import { type Load, writeLoad } from './data.ts'
import { measure } from './measure.ts'

const requestsPerService = 100
const wrkConnections = 8
const acceptJson = 'application/dicom+json'

/** Study queries by QIDO-RS over studies of one instance each. */
export function benchQido(plan: ComparePlan & { readonly studies: number }): Promise<ComparedServer[]> {
  const size = { studies: plan.studies, instancesPerStudy: 1 }
  const load = writeLoad('tiny', size, { folder: join(plan.folder, 'data'), seed: 'qido' })
  return compareServers(plan, load, (measurement) => measureServer(measurement, plan))
}

async function measureServer({ server, service, load }: Measurement, plan: ComparePlan): Promise<Figures> {
  const figures: Figures = {}
  for (const [name, requests] of Object.entries(queriesOf(load))) {
    plan.signal.throwIfAborted()
    plan.onStep(server.name, name)
    const latency = await measureLatency(service, requests)
    figures[`${name} p50 ms`] = latency.p50Ms
    figures[`${name} p95 ms`] = latency.p95Ms
  }
  plan.onStep(server.name, 'throughput')
  const byPatient = queriesOf(load)['PatientID exact'] ?? []
  await warmUp(service, byPatient, wrkConnections)
  const { result, usage } = await measure({
    rootPids: server.rootPids,
    run: () => measureThroughput(service, byPatient, { connections: wrkConnections, seconds: plan.seconds }),
    settle: async () => undefined,
  })
  figures[`PatientID exact c${wrkConnections} rps`] = result.requests / result.seconds
  figures['PatientID exact CPU ms'] = (usage.serverCpuSeconds * 1000) / result.requests
  return figures
}

function queriesOf(load: Load): Readonly<Record<string, readonly GetRequest[]>> {
  const pick = (index: number) => load.studies[(index * 7919) % load.studies.length]
  const requests = (count: number, query: (index: number) => string): GetRequest[] =>
    Array.from({ length: count }, (_, index) => ({ path: `/studies?${query(index)}`, accept: acceptJson }))
  return {
    'PatientID exact': requests(requestsPerService, (index) => `PatientID=${pick(index)?.patientId ?? ''}`),
    'AccessionNumber exact': requests(
      requestsPerService,
      (index) => `AccessionNumber=${pick(index)?.accessionNumber ?? ''}`,
    ),
    'PatientName ROSSI*': requests(requestsPerService / 2, () => 'PatientName=ROSSI*&limit=25'),
    'StudyDate month': requests(requestsPerService / 2, (index) => {
      const month = pick(index)?.studyDate.slice(0, 6) ?? ''
      return `StudyDate=${month}01-${month}31`
    }),
    'all, limit 100': requests(requestsPerService / 5, () => 'limit=100'),
  }
}
