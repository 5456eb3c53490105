import { DicomwebError, type DicomwebErrorCode } from './dicomweb-error.ts'

/** A media type or media range: `type` in lower case, parameter names in lower case, values as sent without their quotes. */
export interface MediaType {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

/** Longest Content-Type or Accept text that is looked at. */
export const maxMediaTypeTextLength = 4096

const typeShape = /^[A-Za-z0-9!#$&^_.+*-]+\/[A-Za-z0-9!#$&^_.+*-]+$/
const nameShape = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

/**
 * Parses one Content-Type value (RFC 9110 8.3). Values may be quoted or not: `type=application/dicom` without quotes
 * is no token of RFC 9110, but it is what most DICOMweb clients send.
 */
export function parseContentType(text: string): MediaType {
  return parseMediaType(text, 'content-type-malformed')
}

export function parseMediaType(text: string, code: DicomwebErrorCode): MediaType {
  if (text.length > maxMediaTypeTextLength) throw new DicomwebError(code, 'the media type is too long')
  const [typeText = '', ...parameterTexts] = splitUnquoted(text, ';')
  const type = typeText.trim().toLowerCase()
  if (!typeShape.test(type)) throw new DicomwebError(code, 'not a media type')
  const parameters = new Map<string, string>()
  for (const parameterText of parameterTexts) {
    if (parameterText.trim() === '') continue // a stray ';' is allowed, RFC 9110 5.6.6
    const equals = parameterText.indexOf('=')
    const name = parameterText.slice(0, Math.max(equals, 0)).trim().toLowerCase()
    if (!nameShape.test(name)) throw new DicomwebError(code, 'a media type parameter has no name')
    if (!parameters.has(name)) parameters.set(name, unquote(parameterText.slice(equals + 1).trim(), code))
  }
  return { type, parameters }
}

/** Splits at `separator` outside quoted strings. */
export function splitUnquoted(text: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (isQuoted && character === '\\') at++
    else if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && character === separator) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

function unquote(value: string, code: DicomwebErrorCode): string {
  if (!value.startsWith('"')) return value
  if (value.length < 2 || !value.endsWith('"')) throw new DicomwebError(code, 'a quoted string is not closed')
  return value.slice(1, -1).replace(/\\(.)/g, '$1')
}
