import { GrowingBuffer } from '@vna/bytes'
import { dictionaryVr, tagToHex } from '../dictionary.ts'
import { DicomError } from '../errors.ts'
import { decodeHeader, type ElementHeader, looksExplicit } from '../scan/element-header.ts'
import { decodeText } from '../text/decode-text.ts'
import { explicitVrBigEndian, explicitVrLittleEndian, implicitVrLittleEndian } from '../transfer-syntaxes.ts'

export interface FileMeta {
  readonly transferSyntaxUid: string
  readonly mediaStorageSopClassUid?: string
  readonly mediaStorageSopInstanceUid?: string
  readonly implementationClassUid?: string
  readonly implementationVersionName?: string
  readonly sourceAeTitle?: string
  readonly sendingAeTitle?: string
  readonly receivingAeTitle?: string
}

export type Part10Prefix =
  /** Not decidable yet: call again with more of the file's beginning. */
  | { readonly kind: 'more' }
  /** `preamble` is false for a file that begins with group 0002; `guessed` when it names no transfer syntax. */
  | ({
      readonly kind: 'part10'
      readonly dataSetOffset: number
      readonly preamble: boolean
      readonly guessed: boolean
    } & FileMeta)
  /** A data set without file meta: transfer syntax guessed from its first element. */
  | { readonly kind: 'bare'; readonly dataSetOffset: 0; readonly transferSyntaxUid: string; readonly guessed: true }

const preambleBytes = 128
const magicBytes = 4
const headerBytes = 12
const firstBytes = 8
/** Nobody writes more; it bounds what a caller must hold while the answer is 'more'. */
export const maxFileMetaBytes = 1024 * 1024

const more: Part10Prefix = { kind: 'more' }

/**
 * Reads what stands before the data set of a file (PS3.10 7.1), leniently: no preamble, no or wrong group length, no
 * transfer syntax, or no meta at all. `complete`: there are no more bytes; then never 'more'. Throws 'not-dicom'.
 */
export function parsePart10Prefix(bytes: Uint8Array, options: { readonly complete?: boolean } = {}): Part10Prefix {
  const complete = options.complete === true
  const begun = beginPrefix(bytes, complete)
  return begun instanceof MetaCursor ? begun.advance(bytes, complete) : begun
}

/**
 * The same for a file that comes in pieces, each of them read once: however many there are, what was parsed is not parsed
 * again. Holds at most `maxBytes`.
 */
export class Part10PrefixReader {
  readonly #held: GrowingBuffer
  #cursor: MetaCursor | undefined

  constructor(maxBytes: number) {
    this.#held = new GrowingBuffer(maxBytes)
  }

  /** Everything pushed so far; good until the next push. */
  get bytes(): Uint8Array {
    return this.#held.view()
  }

  /**
   * Answers as `parsePart10Prefix` does of everything pushed. Throws 'malformed-file-meta' when there is no answer within
   * `maxBytes`, and what `parsePart10Prefix` throws.
   */
  push(piece: Uint8Array): Part10Prefix {
    if (!this.#held.append(piece)) throw new DicomError('malformed-file-meta', { offset: this.#held.lengthBytes })
    if (this.#cursor === undefined) {
      const begun = beginPrefix(this.bytes, false)
      if (!(begun instanceof MetaCursor)) return begun
      this.#cursor = begun
    }
    return this.#cursor.advance(this.bytes, false)
  }
}

/** Where the file meta begins, or the answer when there is none. */
function beginPrefix(bytes: Uint8Array, complete: boolean): MetaCursor | Part10Prefix {
  if (bytes.length < preambleBytes + magicBytes + firstBytes && !complete) {
    // A bare data set may be shorter than a preamble, but not while more of it is coming.
    return more
  }
  for (const [start, preamble] of [
    [preambleBytes + magicBytes, true],
    [magicBytes, false],
    [0, false],
  ] as const) {
    if (start > 0 && !hasMagic(bytes, start - magicBytes)) continue
    if (isMetaStart(bytes, start)) return new MetaCursor(bytes, start, preamble)
  }
  return parseBare(bytes)
}

function hasMagic(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x44 && bytes[at + 1] === 0x49 && bytes[at + 2] === 0x43 && bytes[at + 3] === 0x4d
}

/** The magic alone proves nothing: "DICM" may stand at 128 inside a value. */
function isMetaStart(bytes: Uint8Array, at: number): boolean {
  if (bytes.length < at + firstBytes) return false
  const group2 = bytes[at] === 0x02 && bytes[at + 1] === 0x00 && bytes[at + 3] === 0x00
  return group2 && (looksExplicit(bytes, at) || (bytes[at + 6] === 0 && bytes[at + 7] === 0))
}

/** How far the file meta of one file was read. */
class MetaCursor {
  readonly #start: number
  readonly #preamble: boolean
  readonly #encoding: { explicit: boolean; bigEndian: boolean; signedPixels: boolean }
  readonly #header: ElementHeader = { tag: 0, vr: '', length: 0, headerBytes: 0 }
  readonly #texts = new Map<number, string>()
  #at: number

  constructor(bytes: Uint8Array, start: number, preamble: boolean) {
    this.#start = start
    this.#at = start
    this.#preamble = preamble
    this.#encoding = { explicit: looksExplicit(bytes, start), bigEndian: false, signedPixels: false }
  }

  /** `bytes` begins where it began before. Goes on after the last whole element. */
  advance(bytes: Uint8Array, complete: boolean): Part10Prefix {
    const header = this.#header
    const limit = this.#start + maxFileMetaBytes
    for (;;) {
      const at = this.#at
      if (at > limit) throw new DicomError('malformed-file-meta', { offset: at })
      if (bytes.length - at < headerBytes && !complete) return more
      if (!(bytes[at] === 0x02 && bytes[at + 1] === 0x00) || bytes.length - at < firstBytes) break
      decodeHeader(header, bytes, at, bytes.length - at, this.#encoding)
      const end = at + header.headerBytes + header.length
      if (header.headerBytes <= 0 || end > limit) throw metaError(at, header.tag)
      if (end > bytes.length && complete) {
        throw new DicomError('truncated', { offset: at, tagPath: tagToHex(header.tag) })
      }
      if (end > bytes.length) return more
      if (textTags.has(header.tag)) this.#texts.set(header.tag, metaText(bytes, at + header.headerBytes, end))
      this.#at = end
    }
    return this.#answer(bytes)
  }

  #answer(bytes: Uint8Array): Part10Prefix {
    const syntax = this.#texts.get(transferSyntaxTag) ?? ''
    return {
      kind: 'part10',
      dataSetOffset: this.#at,
      preamble: this.#preamble,
      guessed: syntax === '',
      ...metaFields(this.#texts),
      transferSyntaxUid: syntax || guessTransferSyntax(bytes, this.#at) || implicitVrLittleEndian,
    }
  }
}

function metaError(offset: number, tag: number): DicomError {
  return new DicomError('malformed-file-meta', { offset, tagPath: tagToHex(tag) })
}

function metaText(bytes: Uint8Array, from: number, to: number): string {
  return decodeText(bytes.subarray(from, to), [], 'UI')
}

const fieldTags: readonly (readonly [number, Exclude<keyof FileMeta, 'transferSyntaxUid'>])[] = [
  [0x00020002, 'mediaStorageSopClassUid'],
  [0x00020003, 'mediaStorageSopInstanceUid'],
  [0x00020012, 'implementationClassUid'],
  [0x00020013, 'implementationVersionName'],
  [0x00020016, 'sourceAeTitle'],
  [0x00020017, 'sendingAeTitle'],
  [0x00020018, 'receivingAeTitle'],
]

const transferSyntaxTag = 0x00020010
const textTags: ReadonlySet<number> = new Set([transferSyntaxTag, ...fieldTags.map(([tag]) => tag)])

function metaFields(texts: ReadonlyMap<number, string>): Omit<FileMeta, 'transferSyntaxUid'> {
  return Object.fromEntries(fieldTags.flatMap(([tag, field]) => (texts.get(tag) ? [[field, texts.get(tag)]] : [])))
}

function parseBare(bytes: Uint8Array): Part10Prefix {
  const transferSyntaxUid = guessTransferSyntax(bytes, 0)
  if (transferSyntaxUid === undefined) throw new DicomError('not-dicom', { offset: 0 })
  return { kind: 'bare', dataSetOffset: 0, transferSyntaxUid, guessed: true }
}

/** A composite instance begins in group 0008; ACR-NEMA and command-like data sets in lower ones. */
const maxFirstGroup = 0x0010
const maxFirstLength = 0x10000

/** Judges by the first element: a low group in one byte order or the other, a VR, or a small length. */
function guessTransferSyntax(bytes: Uint8Array, at: number): string | undefined {
  if (bytes.length < at + firstBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, firstBytes)
  const little = isFirstTag(view.getUint16(0, true), view.getUint16(2, true))
  const big = isFirstTag(view.getUint16(0, false), view.getUint16(2, false))
  if (looksExplicit(bytes, at)) {
    if (little) return explicitVrLittleEndian
    return big ? explicitVrBigEndian : undefined
  }
  return little && view.getUint32(4, true) < maxFirstLength ? implicitVrLittleEndian : undefined
}

function isFirstTag(group: number, element: number): boolean {
  return group > 0x0002 && group <= maxFirstGroup && dictionaryVr(((group << 16) | element) >>> 0) !== undefined
}
