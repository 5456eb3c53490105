import { covers, type MediaRange, parseAccept } from './accept.ts'
import { DicomwebError } from './dicomweb-error.ts'

export const explicitVrLittleEndianUid = '1.2.840.10008.1.2.1'
export const dicomMediaType = 'application/dicom'
export const multipartRelatedMediaType = 'multipart/related'

/** What of a stored transfer syntax decides how it can be answered. */
export interface StoredTransferSyntax {
  readonly uid: string
  readonly encapsulated: boolean
}

export type Packaging = 'multipart' | 'single'

/** How one instance is to be sent: its bytes as they are kept, or rewritten as Explicit VR Little Endian. */
export type InstanceEncoding = 'as-stored' | 'explicit-little-endian'

export interface InstanceSelection {
  readonly packaging: Packaging
  readonly encodings: readonly InstanceEncoding[]
}

interface Alternative {
  readonly packaging: Packaging
  readonly transferSyntaxUid: string
}

/** What the client accepts, in its order of preference: the `accept` query parameter stands above the header (PS3.18 8.3.3.1). */
export function acceptedRanges(o: {
  accept: string | undefined
  acceptParameter: string | undefined
}): readonly MediaRange[] {
  const text = o.acceptParameter ?? o.accept ?? ''
  const ranges = parseAccept(text.trim() === '' ? '*/*' : text)
  return ranges.filter((range) => range.quality > 0)
}

/**
 * Selects packaging and encoding for instances (PS3.18 8.7.8). `transfer-syntax=*` gives the stored bytes, whatever they
 * are (also implicit and big endian: a deviation from 8.7.3); a named one only itself, or Explicit VR Little Endian from
 * any native encoding; none at all means Explicit VR Little Endian (8.7.3.2). Throws `not-acceptable` with what is available.
 */
export function negotiateInstances(o: {
  ranges: readonly MediaRange[]
  /** Of a request for one instance, which alone may be answered as a single part. */
  isOneInstance: boolean
  stored: readonly StoredTransferSyntax[]
}): InstanceSelection {
  const alternatives = o.ranges.flatMap((range) => alternativeOf(range, o.isOneInstance))
  const packagings = [...new Set(alternatives.map((alternative) => alternative.packaging))]
  for (const packaging of packagings) {
    const wanted = alternatives.filter((alternative) => alternative.packaging === packaging)
    const encodings = o.stored.map((stored) => encodingOf(stored, wanted))
    if (encodings.every((encoding) => encoding !== undefined)) return { packaging, encodings }
  }
  throw new DicomwebError('not-acceptable', 'no accepted media type and transfer syntax is available', {
    available: availableTypes(o.stored, o.isOneInstance),
  })
}

function alternativeOf(range: MediaRange, isOneInstance: boolean): readonly Alternative[] {
  const transferSyntaxUid = range.parameters.get('transfer-syntax') ?? explicitVrLittleEndianUid
  if (range.type === dicomMediaType) return isOneInstance ? [{ packaging: 'single', transferSyntaxUid }] : []
  if (!covers(range.type, multipartRelatedMediaType)) return []
  const partType = range.parameters.get('type')?.toLowerCase() ?? dicomMediaType
  return covers(partType, dicomMediaType) ? [{ packaging: 'multipart', transferSyntaxUid }] : []
}

function encodingOf(stored: StoredTransferSyntax, wanted: readonly Alternative[]): InstanceEncoding | undefined {
  for (const { transferSyntaxUid } of wanted) {
    if (transferSyntaxUid === '*' || transferSyntaxUid === stored.uid) return 'as-stored'
    if (transferSyntaxUid === explicitVrLittleEndianUid && !stored.encapsulated) return 'explicit-little-endian'
  }
  return undefined
}

function availableTypes(stored: readonly StoredTransferSyntax[], isOneInstance: boolean): string[] {
  const uids = new Set(stored.map((syntax) => syntax.uid))
  if (stored.every((syntax) => !syntax.encapsulated)) uids.add(explicitVrLittleEndianUid)
  // A study of several transfer syntaxes can only be had with the wildcard, each part as stored.
  const values = stored.length > 0 && new Set(stored.map((syntax) => syntax.uid)).size > 1 ? ['*'] : ['*', ...uids]
  const multipart = values.map(
    (value) => `${multipartRelatedMediaType}; type="${dicomMediaType}"; transfer-syntax=${value}`,
  )
  const single = values.map((value) => `${dicomMediaType}; transfer-syntax=${value}`)
  return isOneInstance ? [...multipart, ...single] : multipart
}
