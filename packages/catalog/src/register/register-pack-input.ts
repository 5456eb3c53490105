import type { InstanceHeader } from '@vna/dicom'

/** Where a member lies in its pack and how it came in: the journal's record of one instance. */
export interface ReceivedMember {
  readonly entityCode: string
  readonly source: string
  readonly campaign?: string | undefined
  readonly receivedAt: Date | string
  readonly seq: number
  /** SHA-256 of the data set as received, without preamble and meta group. */
  readonly sha256: Uint8Array
  /** Offset of the Part 10 file in the pack; a multiple of 512. */
  readonly offset: number
  readonly lengthBytes: number
  /** Offset of the data set in the Part 10 file. */
  readonly dataSetOffset: number
}

export interface RegisteredInstance extends ReceivedMember {
  readonly header: InstanceHeader
  readonly transferSyntaxUid: string
}

export interface QuarantinedInstance extends ReceivedMember {
  readonly reason: string
  readonly detail?: string | undefined
  readonly transferSyntaxUid?: string | undefined
  readonly sopClassUid?: string | undefined
  readonly sopInstanceUid?: string | undefined
  readonly studyInstanceUid?: string | undefined
  readonly seriesInstanceUid?: string | undefined
}

/** Why the catalog itself sets an instance aside; what a description finds is decided before. */
export type CatalogQuarantineReason =
  | 'missing-uid'
  | 'too-many-versions'
  /** Its entity brought more SOP classes or transfer syntaxes that no standard knows than a day or an entity may. */
  | 'too-many-new-uids'
  | 'too-many-new-issuers'

export interface RegisterPackInput {
  readonly packKey: string
  readonly packDigest: Uint8Array
  readonly packSha256?: Uint8Array | undefined
  readonly sizeBytes: number
  readonly journalId: string
  readonly segmentId: string
  readonly sealedAt: Date | string
  readonly verifiedAt?: Date | string | undefined
  readonly instances: readonly RegisteredInstance[]
  readonly quarantined: readonly QuarantinedInstance[]
}

export interface RegisterPackResult {
  readonly studies: readonly { readonly studyInstanceUid: string; readonly revision: number }[]
  readonly alreadyRegistered: boolean
}
