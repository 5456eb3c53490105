import { covers, type MediaRange } from './accept.ts'
import { type FrameForm, frameFormOf, octetStreamMediaType } from './bulk-media-types.ts'
import { DicomwebError } from './dicomweb-error.ts'
import { mediaTypeOfSyntax } from './media-type-of-syntax.ts'
import { multipartRelatedMediaType, type Packaging, type StoredTransferSyntax } from './negotiate-instances.ts'

/** `partType` is the media type of each part, or of the whole when there is one; `contentType` adds its transfer syntax. */
export interface BulkSelection {
  readonly packaging: Packaging
  readonly partType: string
  readonly contentType: string
}

interface Wanted {
  readonly packaging: Packaging
  readonly range: string
  readonly transferSyntaxUid: string | undefined
}

/**
 * Selects how frames are sent (PS3.18 8.7.3.3). Native pixel data leave as little endian octets; compressed ones as they
 * are stored, under their own media type or, when `application/octet-stream; transfer-syntax=*` (or their UID) is asked
 * for, as octets of that transfer syntax, which is what viewers ask. One part only for one frame.
 */
export function negotiateFrames(o: {
  ranges: readonly MediaRange[]
  stored: StoredTransferSyntax
  frameCount: number
}): BulkSelection {
  const form = frameFormOf(o.stored)
  for (const wanted of wantedForms(o.ranges)) {
    if (wanted.packaging === 'single' && o.frameCount !== 1) continue
    const partType = frameTypeFor(wanted, form)
    if (partType === undefined) continue
    return {
      packaging: wanted.packaging,
      partType,
      contentType: mediaTypeOfSyntax(partType, form.transferSyntaxUid),
    }
  }
  throw notAcceptable([`${form.mediaTypes[0]}`], form.transferSyntaxUid)
}

/** Selects how the value of one attribute is sent: octets, or the media type the object itself gives (an encapsulated PDF). */
export function negotiateBulkData(o: { ranges: readonly MediaRange[]; ownType?: string | undefined }): BulkSelection {
  const offered = o.ownType === undefined ? [octetStreamMediaType] : [octetStreamMediaType, o.ownType]
  for (const wanted of wantedForms(o.ranges)) {
    const partType = offered.find((type) => covers(wanted.range, type))
    if (partType !== undefined) return { packaging: wanted.packaging, partType, contentType: partType }
  }
  throw notAcceptable(offered, undefined)
}

/** Metadata is DICOM JSON only; `application/json` is a common request for the same. */
export function negotiateMetadata(ranges: readonly MediaRange[]): string {
  const offered = ['application/dicom+json', 'application/json']
  const type = ranges.map((range) => offered.find((candidate) => covers(range.type, candidate))).find((found) => found)
  if (type === undefined) {
    throw new DicomwebError('not-acceptable', 'only application/dicom+json is available', { available: offered })
  }
  return type
}

function wantedForms(ranges: readonly MediaRange[]): readonly Wanted[] {
  return ranges.map((range) => {
    const transferSyntaxUid = range.parameters.get('transfer-syntax')
    // A range that covers multipart/related means the default, which is multipart (PS3.18 8.6.1.2).
    if (!covers(range.type, multipartRelatedMediaType)) {
      return { packaging: 'single', range: range.type, transferSyntaxUid }
    }
    return { packaging: 'multipart', range: range.parameters.get('type')?.toLowerCase() ?? '*/*', transferSyntaxUid }
  })
}

function frameTypeFor(wanted: Wanted, form: FrameForm): string | undefined {
  const uid = wanted.transferSyntaxUid
  if (uid !== undefined && uid !== '*' && uid !== form.transferSyntaxUid) return undefined
  const own = form.mediaTypes.find((type) => covers(wanted.range, type))
  if (own !== undefined) return own
  return uid !== undefined && wanted.range === octetStreamMediaType ? octetStreamMediaType : undefined
}

function notAcceptable(types: readonly string[], transferSyntaxUid: string | undefined): DicomwebError {
  const suffix = transferSyntaxUid === undefined ? '' : `; transfer-syntax=${transferSyntaxUid}`
  const multipart = types.map((type) => `${multipartRelatedMediaType}; type="${type}"${suffix}`)
  return new DicomwebError('not-acceptable', 'no accepted media type and transfer syntax is available', {
    available: [...multipart, ...types.map((type) => type + suffix)],
  })
}
