import { findTransferSyntax, implementationClassUid, implementationVersionName, storageSopClasses } from '@vna/dicom'
import type { PresentationContext } from '../dimse/operation.ts'
import type { UlLimits } from '../limits.ts'
import type {
  AssociateAccept,
  AssociateRequest,
  ExtendedNegotiation,
  PresentationContextResult,
  ProposedPresentationContext,
  RoleSelection,
} from '../pdu/pdu.ts'
import { contextResults, dicomApplicationContextName } from '../pdu/pdu.ts'

export const verificationSopClassUid = '1.2.840.10008.1.1'
export const implicitVrLittleEndianUid = '1.2.840.10008.1.2'

/** What a presentation context is accepted by. Pure: the same request and policy give the same answer. */
export interface NegotiationPolicy {
  /** Beyond Verification and every storage SOP class of the standard: private and unknown ones a caller may send. */
  readonly acceptsAbstractSyntax?: (abstractSyntaxUid: string) => boolean
  /** The first of these that is offered wins; then the first offered that is known, then the first offered. */
  readonly preferredTransferSyntaxUids?: readonly string[]
  /** SOP classes for which the requestor may be SCP (C-GET, Storage Commitment reports). Default: none. */
  readonly acceptsScpRole?: (sopClassUid: string) => boolean
  /** Answer to an extended negotiation item; undefined: none. Default: `storageExtendedNegotiation` for storage. */
  readonly answerExtendedNegotiation?: (item: ExtendedNegotiation) => Uint8Array | undefined
}

/**
 * Service-class-application-information of a storage SCP (PS3.4 table B.3-2): level 2 (full), digital signature level 3
 * (bit preserving), no coercion of elements.
 */
export const storageExtendedNegotiation: Uint8Array = Uint8Array.of(2, 0, 3, 0, 0, 0)

export interface Negotiated {
  readonly accept: AssociateAccept
  readonly contexts: readonly PresentationContext[]
  /** Requests the peer may have under way at once; 0: no limit. */
  readonly maxOperationsPerformed: number
}

/** The acceptor's side: one transfer syntax for every context it can take (PS3.8 7.1.1.13). */
export function negotiate(
  request: AssociateRequest,
  policy: NegotiationPolicy,
  o: { limits: UlLimits; maxOperations?: number | undefined },
): Negotiated {
  const results = request.presentationContexts.map((context) => negotiateContext(context, policy))
  const maxOperations = Math.min(
    o.maxOperations ?? o.limits.maxOperationsPerAssociation,
    o.limits.maxOperationsPerAssociation,
  )
  const window = grantWindow(request.userInformation.asynchronousOperations, maxOperations)
  const accept: AssociateAccept = {
    kind: 'A-ASSOCIATE-AC',
    protocolVersion: 1,
    calledAeTitle: request.calledAeTitle,
    callingAeTitle: request.callingAeTitle,
    applicationContextName: dicomApplicationContextName,
    presentationContexts: results,
    userInformation: {
      maxPduLengthBytes: o.limits.announcedMaxPduLengthBytes,
      implementationClassUid,
      implementationVersionName,
      ...(window === undefined ? {} : { asynchronousOperations: window }),
      roleSelections: answerRoles(request.userInformation.roleSelections, policy),
      extendedNegotiations: answerExtended(request.userInformation.extendedNegotiations, policy),
    },
  }
  return { accept, contexts: acceptedContexts(request, results), maxOperationsPerformed: window?.maxInvoked ?? 1 }
}

export function negotiateContext(
  context: ProposedPresentationContext,
  policy: NegotiationPolicy,
): PresentationContextResult {
  const { id, abstractSyntaxUid } = context
  if (!acceptsAbstractSyntax(abstractSyntaxUid, policy)) {
    return { id, result: contextResults.abstractSyntaxNotSupported, transferSyntaxUid: implicitVrLittleEndianUid }
  }
  const transferSyntaxUid = chooseTransferSyntax(context.transferSyntaxUids, policy.preferredTransferSyntaxUids ?? [])
  if (transferSyntaxUid === undefined) {
    return { id, result: contextResults.transferSyntaxesNotSupported, transferSyntaxUid: implicitVrLittleEndianUid }
  }
  return { id, result: contextResults.acceptance, transferSyntaxUid }
}

function acceptsAbstractSyntax(uid: string, policy: NegotiationPolicy): boolean {
  if (uid === verificationSopClassUid || storageSopClasses.has(uid)) return true
  return policy.acceptsAbstractSyntax?.(uid) ?? false
}

/** Nothing is decoded here, so a transfer syntax nobody knows is better than refusing the modality. */
export function chooseTransferSyntax(offered: readonly string[], preferred: readonly string[]): string | undefined {
  return (
    preferred.find((uid) => offered.includes(uid)) ??
    offered.find((uid) => findTransferSyntax(uid) !== undefined) ??
    offered.find((uid) => uid !== '')
  )
}

/** The contexts both sides agreed on. */
export function acceptedContexts(
  request: AssociateRequest,
  results: readonly PresentationContextResult[],
): PresentationContext[] {
  const proposed = new Map(request.presentationContexts.map((context) => [context.id, context]))
  return results.flatMap(({ id, result, transferSyntaxUid }) => {
    const abstractSyntaxUid = proposed.get(id)?.abstractSyntaxUid
    if (result !== contextResults.acceptance || abstractSyntaxUid === undefined) return []
    return [{ id, abstractSyntaxUid, transferSyntaxUid }]
  })
}

/** PS3.7 D.3.3.3: absent means one operation each way, 0 no limit; an answer only when proposed, never above it. */
function grantWindow(
  proposed: { maxInvoked: number; maxPerformed: number } | undefined,
  maxOperations: number,
): { maxInvoked: number; maxPerformed: number } | undefined {
  if (proposed === undefined) return undefined
  const maxInvoked = proposed.maxInvoked === 0 ? maxOperations : Math.min(proposed.maxInvoked, maxOperations)
  return { maxInvoked, maxPerformed: 1 }
}

/** PS3.7 D.3.3.4: a role is granted only when proposed. */
function answerRoles(proposed: readonly RoleSelection[], policy: NegotiationPolicy): RoleSelection[] {
  return proposed.map(({ sopClassUid, scuRole, scpRole }) => ({
    sopClassUid,
    scuRole,
    scpRole: scpRole && (policy.acceptsScpRole?.(sopClassUid) ?? false),
  }))
}

function answerExtended(proposed: readonly ExtendedNegotiation[], policy: NegotiationPolicy): ExtendedNegotiation[] {
  const answer = policy.answerExtendedNegotiation ?? answerForStorage
  return proposed.flatMap((item) => {
    const information = answer(item)
    if (information === undefined) return []
    return [{ sopClassUid: item.sopClassUid, serviceClassApplicationInformation: information }]
  })
}

function answerForStorage(item: ExtendedNegotiation): Uint8Array | undefined {
  return storageSopClasses.has(item.sopClassUid) ? storageExtendedNegotiation : undefined
}
