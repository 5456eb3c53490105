import { DicomwebError } from './dicomweb-error.ts'

/** Header fields of one part, names in lower case; of a repeated field the first counts. */
export type PartHeaders = ReadonlyMap<string, string>

const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Parses the header of one part (RFC 2045 3), folded lines included. `text` ends with the empty line. */
export function parsePartHeaders(text: string): PartHeaders {
  const headers = new Map<string, string>()
  const unfolded = text.replace(/\r\n[ \t]+/g, ' ')
  for (const line of unfolded.split('\r\n')) {
    if (line === '') continue
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(colon, 0)).trimEnd().toLowerCase()
    if (!fieldName.test(name)) {
      throw new DicomwebError('multipart-header-malformed', 'a header line of a part has no field name')
    }
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
  }
  return headers
}
