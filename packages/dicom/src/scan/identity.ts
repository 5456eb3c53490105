import { decodeText, splitCharsets } from '../text/decode-text.ts'

/** The few values the receiving side needs before the whole data set is there; trimmed of padding. */
export interface InstanceIdentity {
  specificCharacterSet?: string
  sopClassUid?: string
  sopInstanceUid?: string
  studyDate?: string
  accessionNumber?: string
  modality?: string
  patientId?: string
  issuerOfPatientId?: string
  studyInstanceUid?: string
  seriesInstanceUid?: string
}

const fields: ReadonlyMap<number, readonly [keyof InstanceIdentity, string]> = new Map([
  [0x00080005, ['specificCharacterSet', 'CS']],
  [0x00080016, ['sopClassUid', 'UI']],
  [0x00080018, ['sopInstanceUid', 'UI']],
  [0x00080020, ['studyDate', 'DA']],
  [0x00080050, ['accessionNumber', 'SH']],
  [0x00080060, ['modality', 'CS']],
  [0x00100020, ['patientId', 'LO']],
  [0x00100021, ['issuerOfPatientId', 'LO']],
  [0x0020000d, ['studyInstanceUid', 'UI']],
  [0x0020000e, ['seriesInstanceUid', 'UI']],
])

/** The last tag of the identity: once a greater one is seen at top level, nothing more will come. */
export const lastIdentityTag = 0x0020000e

/** Longer values cannot be what they claim to be; they are left out. */
export const maxIdentityValueBytes = 1024

export function isIdentityTag(tag: number): boolean {
  return fields.has(tag)
}

/** The first occurrence counts: a later one must not move an instance that is already being filed. */
export function addToIdentity(identity: InstanceIdentity, tag: number, value: Uint8Array): void {
  const field = fields.get(tag)
  if (!field || identity[field[0]] !== undefined) return
  const charsets = identity.specificCharacterSet === undefined ? [] : splitCharsets(identity.specificCharacterSet)
  identity[field[0]] = decodeText(value, charsets, field[1])
}
