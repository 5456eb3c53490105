import { DicomwebError } from './dicomweb-error.ts'
import { type MediaType, maxMediaTypeTextLength, parseMediaType, splitUnquoted } from './media-type.ts'

/** One range of an Accept header (RFC 9110 12.5.1) in the order of preference. */
export type MediaRange = MediaType & { readonly quality: number }

/** Most ranges looked at in one Accept header. */
const maxMediaRanges = 32

/**
 * Parses an Accept header or the `accept` query parameter (PS3.18 8.3.3.1): best quality first, else as sent. Ranges of
 * quality 0 stay at the end, as exclusions. Throws `accept-malformed`.
 */
export function parseAccept(text: string): readonly MediaRange[] {
  if (text.length > maxMediaTypeTextLength) throw new DicomwebError('accept-malformed', 'the Accept header is too long')
  const texts = splitUnquoted(text, ',').filter((part) => part.trim() !== '')
  if (texts.length > maxMediaRanges) throw new DicomwebError('accept-malformed', 'too many media ranges')
  const ranges = texts.map((part) => {
    const mediaType = parseMediaType(part.trim() === '*' ? '*/*' : part, 'accept-malformed')
    return { ...mediaType, quality: parseQuality(mediaType.parameters.get('q')) }
  })
  return ranges.sort((a, b) => b.quality - a.quality) // stable: equal qualities stay as sent
}

/** Whether one of `offered` (plain types without parameters) may be answered. No header accepts everything. */
export function isAcceptable(accept: string | undefined, offered: readonly string[]): boolean {
  if (accept === undefined || accept.trim() === '') return true
  const ranges = parseAccept(accept)
  return offered.some((type) => ranges.some((range) => range.quality > 0 && covers(range.type, type)))
}

/** Whether `range` names every type, all of a kind (`application` and a star), or `type` itself. */
export function covers(range: string, type: string): boolean {
  if (range === '*/*' || range === type) return true
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1))
}

function parseQuality(text: string | undefined): number {
  if (text === undefined) return 1
  if (!/^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text))
    throw new DicomwebError('accept-malformed', 'q is not between 0 and 1')
  return Number(text)
}
