import { isStorableUid } from '@vna/dicom'

/**
 * A media type with its transfer syntax (PS3.18 8.7.3). What was stored under a name that is no UID is sent without it:
 * the name came from outside, and a header takes no line break.
 */
export function mediaTypeOfSyntax(mediaType: string, transferSyntaxUid: string): string {
  return isStorableUid(transferSyntaxUid) ? `${mediaType}; transfer-syntax=${transferSyntaxUid}` : mediaType
}
