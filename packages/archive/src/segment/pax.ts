import { ArchiveError } from '../archive-error.ts'

/** One pax extended header record, `"%d %s=%s\n"` (POSIX.1-2001); its length counts its own digits. */
export function encodePaxRecord(keyword: string, value: string): string {
  const rest = Buffer.byteLength(keyword) + Buffer.byteLength(value) + 3 // space, '=', newline
  let length = rest + 1
  while (length !== rest + String(length).length) length = rest + String(length).length
  return `${length} ${keyword}=${value}\n`
}

/** The shortest record that can fill a gap: `12 comment=\n`. */
export const minFillerBytes = 12

/** A `comment` record (which every reader ignores) of exactly `lengthBytes`, at least `minFillerBytes`. */
export function encodePaxFiller(lengthBytes: number): string {
  return `${lengthBytes} comment=${' '.repeat(lengthBytes - String(lengthBytes).length - 10)}\n`
}

/** All records of a pax header body; throws `malformed-segment` unless the body is records to its last byte. */
export function parsePaxRecords(body: Buffer): Map<string, string> {
  const records = new Map<string, string>()
  for (let offset = 0; offset < body.length; ) {
    const space = body.indexOf(0x20, offset)
    const digits = space === -1 || space - offset > 8 ? '' : body.toString('latin1', offset, space)
    const length = /^[1-9][0-9]*$/.test(digits) ? Number(digits) : 0
    const end = offset + length
    if (length === 0 || end > body.length || end - 1 <= space || body[end - 1] !== 0x0a) throw malformed(offset)
    const equals = body.indexOf(0x3d, space)
    if (equals === -1 || equals >= end - 1) throw malformed(offset)
    records.set(body.toString('utf8', space + 1, equals), body.toString('utf8', equals + 1, end - 1))
    offset = end
  }
  return records
}

function malformed(offset: number): ArchiveError {
  return new ArchiveError('malformed-segment', { details: { part: 'pax', offset } })
}
