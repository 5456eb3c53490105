import { acceptedRanges, assertPathUid, type MediaRange } from '@vna/dicomweb'
import { ProblemError } from '@vna/http'
import type { Answer, Relocate, StoredInstance } from '@vna/retrieval'
import { PackReaders, RetrievalError } from '@vna/retrieval'
import type { TransmissionReason } from '@vna/transmissions'
import { delayNotFound } from '../http/delay-not-found.ts'
import type { DicomwebDependencies } from './dicomweb-dependencies.ts'
import { type ReadHandler, type ReadRequest, viewOf } from './read-request.ts'
import { sendAnswer } from './send-answer.ts'

/** The located instances of a request, from which an answer is made. */
export interface Located {
  readonly instances: readonly StoredInstance[]
  readonly isOneInstance: boolean
  readonly ranges: readonly MediaRange[]
  readonly params: Readonly<Record<string, string | string[] | undefined>>
  readonly relocate: Relocate
  urlOf(instance: StoredInstance): string
}

export type MakeAnswer = (located: Located) => Answer | Promise<Answer>

interface Locator {
  readonly studyInstanceUid: string
  readonly seriesInstanceUid?: string
  readonly sopInstanceUid?: string
  readonly view: 'current' | 'as-received'
}

/**
 * Answers a retrieval (WADO-RS, PS3.18 10.4): locate, audit, make the answer, send it, note the transmission. Nothing is
 * sent before the audit trail has it. What the caller may not see is not found, like what is not there.
 */
export function createRetrieveHandler(
  dependencies: DicomwebDependencies,
  o: { kind: string; makeAnswer: MakeAnswer },
): ReadHandler {
  return async (read) => {
    const locator = locatorOf(read)
    const ranges = acceptedRanges({
      accept: read.request.headers.accept,
      acceptParameter: read.parameters.get('accept') ?? undefined,
    })
    const locate = () => dependencies.index.locateInstances(locator, read.grant.predicate)
    const instances: readonly StoredInstance[] = await locate()
    const outcome = instances.length === 0 ? 'not-found' : 'allowed'
    const audited = read.grant.record(outcome, { kind: o.kind, ...locator, instances: instances.length })
    if (instances.length === 0) {
      await audited
      await delayNotFound()
      throw new ProblemError('not-found', 'there is no such study, series or instance')
    }
    const relocate = createRelocate(locate)
    const made = Promise.resolve(
      o.makeAnswer({
        instances,
        isOneInstance: locator.sopInstanceUid !== undefined,
        ranges,
        params: read.request.params,
        relocate,
        urlOf: (instance) => instanceUrl(read.baseUrl, instance),
      }),
    )
    const [answer] = await Promise.all([made, audited])
    await send(dependencies, read, { answer, instances, relocate })
  }
}

async function send(
  dependencies: DicomwebDependencies,
  read: ReadRequest,
  o: { answer: Answer; instances: readonly StoredInstance[]; relocate: Relocate },
): Promise<void> {
  const packs = new PackReaders({ store: dependencies.store, relocate: o.relocate })
  const progress = { sentBytes: 0 }
  const note = (outcome: SentOutcome, reason?: TransmissionReason): void =>
    noteTransmission(dependencies, read, { ...o, progress, outcome, reason })
  const { response, signal } = read
  try {
    const { status } = await sendAnswer(o.answer, {
      response,
      packs,
      signal,
      progress,
      pool: dependencies.pool,
      prefetch: dependencies.prefetch,
      stallLimitMs: dependencies.stallLimitMs,
    })
    note(status === 304 ? 'not-modified' : 'complete')
  } catch (error) {
    note('broken', error instanceof RetrievalError ? error.code : 'internal')
    throw error
  } finally {
    await packs.close()
  }
}

type SentOutcome = 'complete' | 'not-modified' | 'broken'

function noteTransmission(
  dependencies: DicomwebDependencies,
  read: ReadRequest,
  o: {
    instances: readonly StoredInstance[]
    progress: { sentBytes: number }
    outcome: SentOutcome
    reason: TransmissionReason | undefined
  },
): void {
  const isComplete = o.outcome !== 'broken'
  dependencies.transmissions.record({
    direction: 'out',
    protocol: 'dicomweb',
    entityCode: read.principal.entityCode,
    client: read.principal.subject,
    peer: read.request.socket.remoteAddress,
    startedAt: read.startedAt,
    endedAt: new Date(),
    instances: isComplete ? o.instances.length : 0,
    failures: isComplete ? 0 : o.instances.length,
    bytes: o.progress.sentBytes,
    outcome: o.outcome,
    reason: o.reason,
    studyInstanceUids: [...new Set(o.instances.map((instance) => instance.studyInstanceUid))],
  })
}

function locatorOf({ request, parameters }: ReadRequest): Locator {
  const { study, series, instance } = request.params
  for (const uid of [study, series, instance]) if (typeof uid === 'string') assertPathUid(uid)
  return {
    studyInstanceUid: String(study),
    ...(typeof series === 'string' && { seriesInstanceUid: series }),
    ...(typeof instance === 'string' && { sopInstanceUid: instance }),
    view: viewOf(parameters),
  }
}

/** Packs are replaced as wholes: one new answer of the catalog serves all instances of the request. */
function createRelocate(locate: () => Promise<readonly StoredInstance[]>): Relocate {
  let moved: Promise<ReadonlyMap<string, StoredInstance>> | undefined
  return async (instance) => {
    moved ??= locate().then((instances) => new Map(instances.map((one) => [one.sopInstanceUid, one])))
    return (await moved).get(instance.sopInstanceUid)
  }
}

function instanceUrl(baseUrl: string, instance: StoredInstance): string {
  const { studyInstanceUid, seriesInstanceUid, sopInstanceUid } = instance
  return `${baseUrl}/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`
}
