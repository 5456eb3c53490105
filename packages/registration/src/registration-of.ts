import type { SidecarInstance } from '@vna/archive'
import type { QuarantinedInstance, RegisteredInstance, RegisterPackInput, RegisterPackResult } from '@vna/catalog'
import { isStorableUid } from '@vna/dicom'
import { type Filing, fileInstance } from './file-instance.ts'

/** What the catalog does for a pack. */
export interface PackRegistrar {
  registerPack(input: RegisterPackInput): Promise<RegisterPackResult>
}

export interface DescribedPack {
  readonly packKey: string
  readonly packDigest: Uint8Array
  readonly packSha256?: Uint8Array | undefined
  readonly sizeBytes: number
  readonly journalId: string
  readonly segmentId: string
  readonly instances: readonly SidecarInstance[]
}

/** The rows of a pack, from what its sidecar says and nothing else, so that a rebuilt catalog equals the first one. */
export function registrationOf(pack: DescribedPack): RegisterPackInput {
  const { instances, ...facts } = pack
  const registered: RegisteredInstance[] = []
  const quarantined: QuarantinedInstance[] = []
  for (const instance of instances) {
    const filing = filingOf(instance)
    if (filing.kind === 'catalogued') registered.push(registeredInstance(instance))
    else quarantined.push(quarantinedInstance(instance, filing.reason))
  }
  return { ...facts, sealedAt: lastReceivedAt(instances), instances: registered, quarantined }
}

function filingOf({ problem, undescribable, transferSyntaxUid, header }: SidecarInstance): Filing {
  if (undescribable === true) return { kind: 'aside', reason: 'undescribable' }
  if (problem !== undefined) return { kind: 'aside', reason: 'unreadable' }
  if (!isStorableUid(transferSyntaxUid)) return { kind: 'aside', reason: 'invalid-transfer-syntax-uid' }
  return fileInstance(header)
}

function registeredInstance(instance: SidecarInstance): RegisteredInstance {
  return { ...memberOf(instance), header: instance.header, transferSyntaxUid: instance.transferSyntaxUid }
}

function quarantinedInstance(instance: SidecarInstance, reason: string): QuarantinedInstance {
  const { sopClassUid, studyInstanceUid, seriesInstanceUid } = instance.header
  return {
    ...memberOf(instance),
    reason,
    detail: instance.problem,
    // What is no UID is no key of the catalog either: PostgreSQL refuses a long one for ever.
    transferSyntaxUid: isStorableUid(instance.transferSyntaxUid) ? instance.transferSyntaxUid : undefined,
    sopClassUid: sopClassUid || undefined,
    sopInstanceUid: sopInstanceUidOf(instance),
    studyInstanceUid: studyInstanceUid || undefined,
    seriesInstanceUid: seriesInstanceUid || undefined,
  }
}

function memberOf(instance: SidecarInstance) {
  return {
    entityCode: instance.entity,
    source: instance.source,
    campaign: instance.campaign,
    receivedAt: instance.received,
    seq: instance.seq,
    sha256: Buffer.from(instance.sha256, 'hex'),
    offset: instance.offset,
    lengthBytes: instance.lengthBytes,
    dataSetOffset: instance.dataSetOffset,
  }
}

/** Of an unreadable data set the member's name may still tell it. */
function sopInstanceUidOf(instance: SidecarInstance): string | undefined {
  return instance.header.sopInstanceUid || instance.name.replace(/\.dcm$/, '') || undefined
}

function lastReceivedAt(instances: readonly SidecarInstance[]): string {
  // RFC 3339 in UTC with milliseconds: text order is time order.
  return (
    instances
      .map(({ received }) => received)
      .sort()
      .at(-1) ?? ''
  )
}
