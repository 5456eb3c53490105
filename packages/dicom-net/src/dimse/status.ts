/** DIMSE status codes this package knows by name (PS3.7 Annex C, PS3.4 B.2.3). */
export const dimseStatus = {
  success: 0x0000,
  /** C.5.13: processing failure */
  processingFailure: 0x0110,
  /** C.5.6 (N) and C.4.2 (C-STORE): the SOP instance exists already */
  duplicateSopInstance: 0x0111,
  /** C.5.8 */
  noSuchObjectInstance: 0x0112,
  /** C.5.11 */
  invalidObjectInstance: 0x0117,
  /** C.5.25 and C.4.2: SOP class not supported */
  sopClassNotSupported: 0x0122,
  /** C.5.20 */
  notAuthorized: 0x0124,
  /** C.5.9: a message with this id is under way */
  duplicateInvocation: 0x0210,
  /** C.5.23 */
  unrecognizedOperation: 0x0211,
  /** C.5.15 */
  mistypedArgument: 0x0212,
  /** C.5.18 */
  resourceLimitation: 0x0213,
  /** PS3.4 B.2.3: refused, out of resources (A7xx) */
  outOfResources: 0xa700,
  /** PS3.4 B.2.3: data set does not match SOP class (A9xx) */
  dataSetMismatch: 0xa900,
  /** PS3.4 B.2.3: cannot understand (Cxxx) */
  cannotUnderstand: 0xc000,
  /** C.4.1.2 and others */
  cancel: 0xfe00,
  pending: 0xff00,
  /** C-FIND: pending, an optional key was not supported */
  pendingWithWarning: 0xff01,
} as const

export type DimseStatusClass = 'success' | 'warning' | 'failure' | 'cancel' | 'pending'

/** PS3.7 C.1 to C.5: the class of a status, by its value alone. */
export function dimseStatusClass(status: number): DimseStatusClass {
  if (status === dimseStatus.success) return 'success'
  if (status === dimseStatus.pending || status === dimseStatus.pendingWithWarning) return 'pending'
  if (status === dimseStatus.cancel) return 'cancel'
  const isWarning = status === 0x0001 || status === 0x0107 || status === 0x0116 || status >> 12 === 0xb
  return isWarning ? 'warning' : 'failure'
}
