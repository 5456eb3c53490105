import { crc32 } from 'node:zlib'
import { ArchiveError } from '../archive-error.ts'
import { encodePaxFiller, encodePaxRecord, minFillerBytes, parsePaxRecords } from './pax.ts'
import { encodeUstarHeader, parseUstarHeader, tarBlockBytes, ustarMaxSize } from './ustar.ts'

/**
 * What precedes each member of a segment, written by one pwrite after the member's last byte:
 *   0..511     ustar header, typeflag `x`
 *   512..1535  pax records, the last one a filler, so that the size never depends on the values
 *   1536..2047 ustar header of the member itself
 */
export const memberHeaderBytes = 2048
const recordsOffset = tarBlockBytes
const recordsBytes = 1024
const fileHeaderOffset = recordsOffset + recordsBytes
/** `VNA.check` is the first record, so its eight hex digits stand at a fixed place: `22 VNA.check=` */
const checkOffset = recordsOffset + 13
const checkDigits = 8
const noCheck = '0'.repeat(checkDigits)

/** Bytes (UTF-8) that a value may take in the records; together they always fit in `recordsBytes`. */
export const memberTextLimits = { entityCodeBytes: 64, sourceBytes: 256, campaignBytes: 128 } as const
/** A Part 10 preamble and meta group longer than this is no member of ours. */
export const maxPrefixBytes = 1024 * 1024

export interface MemberFacts {
  /** `<SOPInstanceUID>.dcm` */
  name: string
  /** Of the Part 10 file: prefix and data set. */
  lengthBytes: number
  /** Where the data set starts in the Part 10 file, the length of the prefix. */
  dataSetOffset: number
  /** Of the data set as received, without the prefix. */
  sha256: Uint8Array
  entityCode: string
  /** AE title or client, and protocol. */
  source: string
  /** RFC 3339 with milliseconds. */
  receivedAt: string
  campaign?: string
  /** Place in its segment, from 1. */
  seq: number
}

/** The 2048 bytes for one member. `prefix` enters the check, so that recovery notices a torn prefix too. */
export function encodeMemberHeader(facts: MemberFacts, prefix: Uint8Array): Buffer {
  const header = Buffer.alloc(memberHeaderBytes)
  const modifiedSeconds = Math.trunc(Date.parse(facts.receivedAt) / 1000)
  const records = encodeRecords(facts)
  header.write(records + encodePaxFiller(recordsBytes - Buffer.byteLength(records)), recordsOffset, 'utf8')
  encodeUstarHeader(
    { name: `PaxHeaders/${facts.name}`, typeflag: 'x', sizeBytes: recordsBytes, modifiedSeconds },
    header,
    0,
  )
  encodeUstarHeader(
    { name: facts.name, typeflag: '0', sizeBytes: facts.lengthBytes, modifiedSeconds },
    header,
    fileHeaderOffset,
  )
  header.write(checkOf(header, prefix), checkOffset, 'latin1')
  return header
}

/**
 * Reads what `encodeMemberHeader` wrote, from `bytes` of at least `memberHeaderBytes`. Does not verify `VNA.check`,
 * whose prefix the caller may not have read yet: see `verifyMemberCheck`. Throws `malformed-segment`.
 */
export function parseMemberHeader(bytes: Buffer): MemberFacts {
  const pax = parseUstarHeader(bytes, 0)
  const file = parseUstarHeader(bytes, fileHeaderOffset)
  if (pax.typeflag !== 'x' || pax.sizeBytes !== recordsBytes || file.typeflag !== '0') throw malformed('layout')
  const records = parsePaxRecords(bytes.subarray(recordsOffset, fileHeaderOffset))
  const campaign = records.get('VNA.campaign')
  const facts = {
    name: file.name,
    lengthBytes: records.has('size') ? integerIn(records, 'size') : file.sizeBytes,
    dataSetOffset: integerIn(records, 'VNA.dataset'),
    sha256: Buffer.from(textIn(records, 'VNA.sha256', /^[0-9a-f]{64}$/), 'hex'),
    entityCode: textIn(records, 'VNA.entity', /^/),
    source: textIn(records, 'VNA.source', /^/),
    receivedAt: textIn(records, 'VNA.received', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    ...(campaign === undefined ? {} : { campaign }),
    seq: integerIn(records, 'VNA.seq'),
  }
  if (facts.dataSetOffset > facts.lengthBytes || facts.dataSetOffset > maxPrefixBytes) throw malformed('VNA.dataset')
  return facts
}

/** Whether header and Part 10 prefix are those that were written together. */
export function verifyMemberCheck(header: Buffer, prefix: Uint8Array): boolean {
  const found = header.toString('latin1', checkOffset, checkOffset + checkDigits)
  const blank = Buffer.from(header.subarray(0, memberHeaderBytes))
  blank.write(noCheck, checkOffset, 'latin1')
  // The checksum of the pax header block does not cover the records, so blanking them leaves it valid.
  return found === checkOf(blank, prefix)
}

function encodeRecords(facts: MemberFacts): string {
  const records = [
    encodePaxRecord('VNA.check', noCheck),
    facts.lengthBytes > ustarMaxSize ? encodePaxRecord('size', String(facts.lengthBytes)) : '',
    encodePaxRecord('VNA.sha256', Buffer.from(facts.sha256).toString('hex')),
    encodePaxRecord('VNA.dataset', String(facts.dataSetOffset)),
    encodePaxRecord('VNA.entity', facts.entityCode),
    encodePaxRecord('VNA.source', facts.source),
    encodePaxRecord('VNA.received', facts.receivedAt),
    facts.campaign === undefined ? '' : encodePaxRecord('VNA.campaign', facts.campaign),
    encodePaxRecord('VNA.seq', String(facts.seq)),
  ].join('')
  if (Buffer.byteLength(records) > recordsBytes - minFillerBytes) throw malformed('records too long')
  return records
}

/** CRC-32 of the header with a blank check, then the prefix: eight hex digits. */
function checkOf(header: Buffer, prefix: Uint8Array): string {
  return crc32(prefix, crc32(header)).toString(16).padStart(checkDigits, '0')
}

function textIn(records: ReadonlyMap<string, string>, keyword: string, pattern: RegExp): string {
  const text = records.get(keyword)
  if (text === undefined || !pattern.test(text)) throw malformed(keyword)
  return text
}

function integerIn(records: ReadonlyMap<string, string>, keyword: string): number {
  const value = Number(textIn(records, keyword, /^[0-9]{1,15}$/))
  return value
}

function malformed(reason: string): ArchiveError {
  return new ArchiveError('malformed-segment', { details: { part: 'header', reason } })
}
