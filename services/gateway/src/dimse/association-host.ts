import { type AccessControl, AccessError, type AssociationCaller } from '@vna/access'
import type { Journal, JournalLane } from '@vna/archive'
import { encodePart10Prefix, type InstanceIdentity } from '@vna/dicom'
import {
  type AcceptedAssociation,
  type AcceptorHost,
  type AssociateRequest,
  type AssociationDecision,
  type AssociationSummary,
  type CStoreRq,
  type PeerInfo,
  type PresentationContext,
  rejections,
  type StoreSink,
} from '@vna/dicom-net'
import type { CallerResolution, EntityDirectory } from '@vna/entities'
import { Sampler } from '@vna/flow'
import type { LaneOwner, LanePool } from '@vna/intake'
import { admitInstance, admitNewcomer, InstanceIntake, type IntakeLimits, refusal } from '@vna/intake'
import type { Logger } from '@vna/runtime'
import { type TransmissionReason, type TransmissionRecorder, transmissionReasonOf } from '@vna/transmissions'
import { acceptsSopClass } from '../callers.ts'
import type { ReceiveMeter } from '../receive-meter.ts'
import { rejectionOf } from './refusals-of-access.ts'
import { createRefusingSink, createStoreSink } from './store-sink.ts'

export interface AssociationHostDependencies {
  readonly journal: Journal
  readonly lanes: LanePool
  readonly access: Pick<AccessControl, 'authorize' | 'permits'>
  readonly callers: Pick<EntityDirectory, 'resolveCaller' | 'findByCode' | 'refresh'>
  readonly meter: ReceiveMeter
  readonly transmissions: TransmissionRecorder
  readonly logger: Logger
  readonly limits: IntakeLimits
  readonly maxAssociationsPerEntity: number
}

/** Strangers who knock again and again must not make us ask the catalog each time. */
const minLookIntervalMs = 100
/** Of who was not let in, and of connections that brought no association. */
const strangerLimits = { windowMs: 60_000, maxKeys: 10_000 }

/** What an admitted association carries from its acceptance to its end. */
class AssociationContext {
  readonly entityCode: string
  readonly caller: AssociationCaller
  readonly owner: LaneOwner
  readonly studyInstanceUids = new Set<string>()
  lane: JournalLane | undefined

  constructor(entityCode: string, caller: AssociationCaller) {
    this.entityCode = entityCode
    this.caller = caller
    this.owner = { entityCode, source: `${caller.name}/dimse` }
  }
}

/** The archive behind the DICOM acceptor: who may come in, where instances go, what is told of it afterwards. */
export class AssociationHost implements AcceptorHost {
  readonly #dependencies: AssociationHostDependencies
  readonly #openByEntity = new Map<string, number>()
  #lastLookAt = 0

  readonly #strangers: Sampler<AssociationSummary>
  readonly #brokenConnections: Sampler<{ readonly peer: string; readonly reason: string }>

  constructor(dependencies: AssociationHostDependencies) {
    this.#dependencies = dependencies
    const { logger } = dependencies
    this.#strangers = new Sampler({
      ...strangerLimits,
      onFirst: (summary) => this.#record(summary, undefined),
      onMore: ({ peer, calling, reason }, times) =>
        logger.info({ peer: peer.address, calling, reason, times }, 'associations ended before they began'),
    })
    this.#brokenConnections = new Sampler({
      ...strangerLimits,
      onFirst: (connection) => logger.info(connection, 'connection without an association'),
      onMore: (connection, times) => logger.info({ ...connection, times }, 'connections without an association'),
    })
  }

  /** Tells what is counted of strangers and was not told yet. */
  close(): void {
    this.#strangers.close()
    this.#brokenConnections.close()
  }

  async decideAssociation(request: AssociateRequest, peer: PeerInfo): Promise<AssociationDecision> {
    const { journal } = this.#dependencies
    const resolution = await this.#resolveCaller(request, peer)
    const caller = callerOf(request, peer, resolution)
    try {
      await this.#dependencies.access.authorize(caller, { kind: 'associate' }, {}, 'refusals-only')
    } catch (error) {
      if (error instanceof AccessError) return { accept: false, ...rejectionOf(error) }
      throw error
    }
    if (resolution.kind === 'unknown') throw new Error('a caller without an entity was allowed')
    if (admitNewcomer(journal).kind === 'congested') return { accept: false, ...rejections.temporaryCongestion }
    const { entity } = resolution
    const open = this.#openByEntity.get(entity.code) ?? 0
    if (open >= this.#dependencies.maxAssociationsPerEntity) return { accept: false, ...rejections.localLimitExceeded }
    this.#openByEntity.set(entity.code, open + 1)
    const context = new AssociationContext(entity.code, caller)
    return { accept: true, context, acceptsAbstractSyntax: (uid) => acceptsSopClass(entity, uid) }
  }

  beginStore(association: AcceptedAssociation, request: CStoreRq, accepted: PresentationContext): StoreSink {
    const context = association.context as AssociationContext
    const observe = this.#dependencies.meter.observer(context.entityCode, 'dimse', context.studyInstanceUids)
    if (!this.#isAllowed(context)) return createRefusingSink(refusal('not-authorized'), observe)
    if (!admitInstance(this.#dependencies.journal)) return createRefusingSink(refusal('journal-full'), observe)
    context.lane ??= this.#dependencies.lanes.borrow(context.owner)
    const intake = new InstanceIntake({
      lane: context.lane,
      limits: this.#dependencies.limits,
      transferSyntaxUid: accepted.transferSyntaxUid,
      prefixOf: (identity) => prefixOf(identity, association, request, accepted),
    })
    return createStoreSink(intake, observe)
  }

  associationEnded(summary: AssociationSummary): void {
    const context = summary.context instanceof AssociationContext ? summary.context : undefined
    // Who was never let in may come back as often as it likes.
    if (context === undefined) this.#strangers.note(summary.peer.address, summary)
    else {
      this.#release(context)
      this.#record(summary, context)
    }
  }

  #record(summary: AssociationSummary, context: AssociationContext | undefined): void {
    this.#dependencies.transmissions.record({
      direction: 'in',
      protocol: 'dimse',
      client: summary.calling,
      peer: summary.peer.address,
      entityCode: context?.entityCode,
      studyInstanceUids: [...(context?.studyInstanceUids ?? [])],
      startedAt: summary.startedAt,
      endedAt: summary.endedAt,
      instances: summary.stores,
      failures: summary.failures,
      bytes: summary.bytes,
      outcome: summary.outcome,
      reason: reasonOf(summary),
    })
    const { calling, called, outcome, reason, stores, failures, bytes } = summary
    this.#dependencies.logger.info({ calling, called, outcome, reason, stores, failures, bytes }, 'association ended')
  }

  connectionFailed(peer: PeerInfo, reason: string): void {
    this.#brokenConnections.note(peer.address, { peer: peer.address, reason })
  }

  faulted(error: unknown): void {
    this.#dependencies.logger.error({ err: error }, 'association fault')
  }

  /** A caller nobody knows may have been registered a moment ago: the directory is asked once more. */
  async #resolveCaller(request: AssociateRequest, peer: PeerInfo): Promise<CallerResolution> {
    const { callers } = this.#dependencies
    const caller = {
      callingAeTitle: request.callingAeTitle,
      calledAeTitle: request.calledAeTitle,
      address: peer.address,
      certificateSubject: peer.certificateSubject,
    }
    const known = callers.resolveCaller(caller)
    if (known.kind === 'entity' || Date.now() - this.#lastLookAt < minLookIntervalMs) return known
    this.#lastLookAt = Date.now()
    await callers.refresh()
    return callers.resolveCaller(caller)
  }

  /** Each C-STORE asks: the entity may have been suspended since the association began. */
  #isAllowed({ caller, entityCode }: AssociationContext): boolean {
    const entity = this.#dependencies.callers.findByCode(entityCode)
    const asked = { ...caller, isEntityActive: entity === undefined || entity.status === 'active' }
    return this.#dependencies.access.permits(asked, { kind: 'store' })
  }

  #release(context: AssociationContext): void {
    const open = this.#openByEntity.get(context.entityCode) ?? 1
    if (open > 1) this.#openByEntity.set(context.entityCode, open - 1)
    else this.#openByEntity.delete(context.entityCode)
    if (context.lane) this.#dependencies.lanes.giveBack(context.owner, context.lane)
    context.lane = undefined
  }
}

/** A rejection says why in numbers; everything else by the code of its error. */
function reasonOf({ outcome, reason, reasonCode }: AssociationSummary): TransmissionReason | undefined {
  if (outcome === 'released') return undefined
  return reasonCode ?? transmissionReasonOf(reason)
}

function callerOf(request: AssociateRequest, peer: PeerInfo, resolution: CallerResolution): AssociationCaller {
  const known = { kind: 'association', name: request.callingAeTitle, address: peer.address } as const
  if (resolution.kind === 'unknown') return { ...known, unknownBecause: resolution.why }
  return { ...known, entityCode: resolution.entity.code }
}

function prefixOf(
  identity: InstanceIdentity,
  association: AcceptedAssociation,
  request: CStoreRq,
  accepted: PresentationContext,
): Uint8Array {
  return encodePart10Prefix({
    sopClassUid: identity.sopClassUid ?? request.affectedSopClassUid,
    sopInstanceUid: identity.sopInstanceUid ?? request.affectedSopInstanceUid,
    transferSyntaxUid: accepted.transferSyntaxUid,
    sourceAeTitle: association.callingAeTitle,
    sendingAeTitle: association.callingAeTitle,
    receivingAeTitle: association.calledAeTitle,
  })
}
