import { type InstanceHeader, isStorableUid } from '@vna/dicom'

export type QuarantineReason =
  | 'invalid-sop-class-uid'
  | 'invalid-sop-instance-uid'
  | 'invalid-transfer-syntax-uid'
  | 'missing-study-uid'
  | 'missing-series-uid'
  | 'invalid-study-uid'
  | 'invalid-series-uid'
  | 'unreadable'
  | 'undescribable'
  | 'non-patient-object'

/** Where an instance that is kept belongs: among its study, or aside with a reason. */
export type Filing = { readonly kind: 'catalogued' } | { readonly kind: 'aside'; readonly reason: QuarantineReason }

/** PS3.4 GG.3: Non-Patient Object Storage. They have no study and are no reason for concern. */
const nonPatientSopClasses: ReadonlySet<string> = new Set([
  '1.2.840.10008.5.1.4.38.1', // Hanging Protocol
  '1.2.840.10008.5.1.4.39.1', // Color Palette
  '1.2.840.10008.5.1.4.43.1', // Generic Implant Template
  '1.2.840.10008.5.1.4.44.1', // Implant Assembly Template
  '1.2.840.10008.5.1.4.45.1', // Implant Template Group
  '1.2.840.10008.5.1.4.1.1.200.1', // CT Defined Procedure Protocol
  '1.2.840.10008.5.1.4.1.1.200.3', // Protocol Approval
  '1.2.840.10008.5.1.4.1.1.200.7', // XA Defined Procedure Protocol
  '1.2.840.10008.5.1.4.1.1.201.1', // Inventory
])

/** A pure function of the stored bytes, so that a rebuilt catalog files every instance as the first one did. */
export function fileInstance(header: InstanceHeader): Filing {
  if (nonPatientSopClasses.has(header.sopClassUid) && header.studyInstanceUid === '') return aside('non-patient-object')
  if (header.studyInstanceUid === '') return aside('missing-study-uid')
  if (header.seriesInstanceUid === '') return aside('missing-series-uid')
  // Old systems write leading zeros or a single number: whoever asks for such a study must still find it.
  if (!isStorableUid(header.studyInstanceUid)) return aside('invalid-study-uid')
  if (!isStorableUid(header.seriesInstanceUid)) return aside('invalid-series-uid')
  // None of a class or an instance at all is the catalog's own reason.
  if (!isEmptyOrStorable(header.sopClassUid)) return aside('invalid-sop-class-uid')
  if (!isEmptyOrStorable(header.sopInstanceUid)) return aside('invalid-sop-instance-uid')
  return { kind: 'catalogued' }
}

function isEmptyOrStorable(uid: string): boolean {
  return uid === '' || isStorableUid(uid)
}

function aside(reason: QuarantineReason): Filing {
  return { kind: 'aside', reason }
}
