import { FseError } from '../../model/fse-error.ts'

/** Encodings that a CDA may declare; each has a decoder that refuses what it cannot read. */
const decoderOf: ReadonlyMap<string, string> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['ascii', 'utf-8'],
  ['iso-8859-1', 'windows-1252'],
  ['latin1', 'windows-1252'],
  ['windows-1252', 'windows-1252'],
  ['iso-8859-15', 'iso-8859-15'],
])

const maxDeclarationBytes = 256

/** Text of an XML document by its byte order mark, else its declaration, else UTF-8 (XML 1.0 appendix F). */
export function decodeXmlText(bytes: Uint8Array): string {
  const encoding = utf16Of(bytes) ?? declaredEncodingOf(bytes)
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw new FseError('malformed-encoding', { where: encoding })
  }
}

/** UTF-16 shows in the first two bytes, with a mark or without. */
function utf16Of(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be'
  return undefined
}

function declaredEncodingOf(bytes: Uint8Array): string {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const head = latin1(bytes.subarray(hasMark ? 3 : 0, maxDeclarationBytes))
  const declared = /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(head)?.[1]?.toLowerCase()
  if (hasMark || declared === undefined) return 'utf-8'
  const encoding = decoderOf.get(declared)
  if (encoding === undefined) throw new FseError('unsupported-encoding')
  return encoding
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
