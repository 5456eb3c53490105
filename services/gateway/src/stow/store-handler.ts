import type { IncomingMessage } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Journal } from '@vna/archive'
import {
  assertStoreResponseAcceptable,
  buildStoreResponse,
  parseContentType,
  type StoreOutcome,
  type StoreResponse,
} from '@vna/dicomweb'
import { assertNoContentEncoding, baseUrlOf, clientAddressOf, ProblemError, RequestLimiter } from '@vna/http'
import type { IntakeLimits, LanePool } from '@vna/intake'
import { admitInstance, admitNewcomer } from '@vna/intake'
import { type TransmissionReason, type TransmissionRecorder, transmissionReasonOf } from '@vna/transmissions'
import type { ReceiveMeter } from '../receive-meter.ts'
import type { AuthorizeStore, StoreAuthorization } from './store-authorization.ts'
import { createBodyReader } from './store-body.ts'
import { StoreRequest } from './store-request.ts'

export interface StoreHandlerDependencies {
  readonly journal: Journal
  readonly lanes: LanePool
  readonly meter: ReceiveMeter
  readonly transmissions: TransmissionRecorder
  readonly limits: IntakeLimits
  readonly maxConcurrentRequests: number
  /** Of one entity: others find a place beside it. */
  readonly maxRequestsPerEntity: number
  authorize: AuthorizeStore
}

export interface StoreExchange {
  readonly message: IncomingMessage
  readonly studyInstanceUid: string | undefined
  /** Asks a client that waits for `100 Continue` for its body; called only when the request as a whole is admitted. */
  acceptBody(): void
}

export type HandleStore = (exchange: StoreExchange) => Promise<StoreResponse>

/** Store transaction (PS3.18 10.5). Throws AccessError, ProblemError or DicomwebError for what is wrong with the request as a whole. */
export function createStoreHandler(dependencies: StoreHandlerDependencies): HandleStore {
  const limiter = new RequestLimiter({
    maxPerClient: dependencies.maxRequestsPerEntity,
    maxTotal: dependencies.maxConcurrentRequests,
    retryAfterSeconds,
  })
  return async ({ message, studyInstanceUid, acceptBody }) => {
    const authorization = await dependencies.authorize({
      authorization: message.headers.authorization,
      peer: clientAddressOf(message),
      studyInstanceUid,
    })
    assertStoreResponseAcceptable(message.headers.accept)
    assertNoContentEncoding(message)
    const admission = admitNewcomer(dependencies.journal)
    if (admission.kind === 'congested') throw unavailable(admission.reason)
    const leave = limiter.enter(authorization.entityCode)
    try {
      acceptBody()
      return await receiveInstances(dependencies, { message, studyInstanceUid, authorization })
    } finally {
      leave()
    }
  }
}

/** When to come back after a refusal for load (RFC 9110 10.2.3). */
const retryAfterSeconds = 5

function unavailable(reason: string): ProblemError {
  return new ProblemError('unavailable', reason, { headers: { 'retry-after': String(retryAfterSeconds) } })
}

interface IncomingStore {
  readonly message: IncomingMessage
  readonly studyInstanceUid: string | undefined
  readonly authorization: StoreAuthorization
}

async function receiveInstances(
  dependencies: StoreHandlerDependencies,
  incoming: IncomingStore,
): Promise<StoreResponse> {
  const { entityCode, client } = incoming.authorization
  const owner = { entityCode, source: `${client}/stow` }
  const lane = dependencies.lanes.borrow(owner)
  const studyInstanceUids = new Set<string>()
  const request = new StoreRequest({
    lane,
    limits: dependencies.limits,
    requiredStudyInstanceUid: incoming.studyInstanceUid,
    studiesUrl: studiesUrlOf(incoming.message),
    hasRoom: () => admitInstance(dependencies.journal),
    observe: dependencies.meter.observer(entityCode, 'stow', studyInstanceUids),
  })
  const log = startTransmission(dependencies, { ...incoming, request, studyInstanceUids })
  try {
    await readBody(incoming.message, request)
    const outcomes = await request.settle()
    if (outcomes.length === 0) throw new ProblemError('bad-request', 'the request holds no instance')
    log.end(outcomes, 'complete')
    const { studyUrl } = request
    return buildStoreResponse({ outcomes, ...(studyUrl !== undefined && { studyUrl }) })
  } catch (error) {
    // Parts that arrived whole are kept even so; the client was not told and will send them again.
    log.end(await request.abandon(), 'broken', transmissionReasonOf(error))
    throw error
  } finally {
    dependencies.lanes.giveBack(owner, lane)
  }
}

async function readBody(message: IncomingMessage, request: StoreRequest): Promise<void> {
  const reader = createBodyReader(parseContentType(message.headers['content-type'] ?? ''), request)
  for await (const chunk of message) {
    for (const _pause of reader.push(chunk)) await nextTurn()
    await request.makeRoom()
  }
  reader.end()
}

function studiesUrlOf(message: IncomingMessage): string {
  const { socket } = message
  const base = baseUrlOf(message, `${socket.localAddress}:${socket.localPort}`)
  return `${base}/dicomweb/studies`
}

function startTransmission(
  dependencies: StoreHandlerDependencies,
  o: IncomingStore & { request: StoreRequest; studyInstanceUids: Set<string> },
) {
  const startedAt = new Date()
  const { message, authorization } = o
  return {
    end(outcomes: readonly StoreOutcome[], outcome: 'complete' | 'broken', reason?: TransmissionReason): void {
      const failures = outcomes.filter((part) => part.kind === 'failed').length
      dependencies.transmissions.record({
        direction: 'in',
        protocol: 'stow',
        client: authorization.client,
        peer: clientAddressOf(message),
        entityCode: authorization.entityCode,
        studyInstanceUids: [...o.studyInstanceUids],
        startedAt,
        endedAt: new Date(),
        instances: outcomes.length - failures,
        failures,
        bytes: o.request.receivedBytes,
        outcome,
        reason,
      })
    },
  }
}
