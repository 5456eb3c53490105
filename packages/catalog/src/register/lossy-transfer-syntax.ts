import { findTransferSyntax } from '@vna/dicom'

export function isLossyTransferSyntax(uid: string): boolean {
  return findTransferSyntax(uid)?.lossy ?? false
}
