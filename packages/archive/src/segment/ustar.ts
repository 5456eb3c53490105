import { ArchiveError } from '../archive-error.ts'

/** POSIX.1-1988 ustar header block, as far as this archive uses it: regular files and pax `x` records. */
export const tarBlockBytes = 512
/** 11 octal digits; from here on the size is in the pax record `size`. */
export const ustarMaxSize = 0o77777777777
const checksumOffset = 148
const checksumBytes = 8

export interface UstarHeader {
  name: string
  typeflag: '0' | 'x'
  sizeBytes: number
  modifiedSeconds: number
}

/** Writes one header block at `offset` of `target`, which must hold zeros there. `name` is ASCII of at most 100 bytes. */
export function encodeUstarHeader(header: UstarHeader, target: Buffer, offset: number): void {
  target.write(header.name, offset, 100, 'latin1')
  target.write('0000644\0' + '0000000\0' + '0000000\0', offset + 100, 'latin1')
  target.write(`${octal(header.sizeBytes)}\0${octal(header.modifiedSeconds)}\0`, offset + 124, 'latin1')
  target.write(header.typeflag, offset + 156, 'latin1')
  target.write('ustar\x0000', offset + 257, 'latin1')
  const checksum = checksumOf(target, offset)
  target.write(`${checksum.toString(8).padStart(6, '0')}\0 `, offset + checksumOffset, 'latin1')
}

/** Reads one header block; throws `malformed-segment` when it is not one that `encodeUstarHeader` writes. */
export function parseUstarHeader(bytes: Buffer, offset: number): UstarHeader {
  if (bytes.toString('latin1', offset + 257, offset + 265) !== 'ustar\x0000') throw malformed('magic')
  const checksum = parseOctal(bytes.toString('latin1', offset + checksumOffset, offset + checksumOffset + 6))
  if (checksum !== checksumOf(bytes, offset)) throw malformed('checksum')
  const typeflag = bytes.toString('latin1', offset + 156, offset + 157)
  if (typeflag !== '0' && typeflag !== 'x') throw malformed('typeflag')
  const name = bytes.toString('latin1', offset, offset + 100)
  const end = name.indexOf('\0')
  return {
    name: end === -1 ? name : name.slice(0, end),
    typeflag,
    sizeBytes: parseOctal(bytes.toString('latin1', offset + 124, offset + 135)),
    modifiedSeconds: parseOctal(bytes.toString('latin1', offset + 136, offset + 147)),
  }
}

/** The next multiple of the tar block. */
export function alignToBlock(offset: number): number {
  return Math.ceil(offset / tarBlockBytes) * tarBlockBytes
}

/** Sum of all bytes of the block, the checksum field itself counted as spaces. */
function checksumOf(bytes: Buffer, offset: number): number {
  let sum = checksumBytes * 0x20
  for (let i = offset; i < offset + tarBlockBytes; i++) sum += bytes[i]!
  for (let i = offset + checksumOffset; i < offset + checksumOffset + checksumBytes; i++) sum -= bytes[i]!
  return sum
}

function octal(value: number): string {
  return Math.min(Math.max(Math.trunc(value), 0), ustarMaxSize)
    .toString(8)
    .padStart(11, '0')
}

function parseOctal(text: string): number {
  if (!/^[0-7]+$/.test(text)) throw malformed('octal')
  return Number.parseInt(text, 8)
}

function malformed(reason: string): ArchiveError {
  return new ArchiveError('malformed-segment', { details: { part: 'ustar', reason } })
}
