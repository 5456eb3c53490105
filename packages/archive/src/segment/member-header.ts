import { crc32 } from 'node:zlib'
import { ArchiveError } from '../archive-error.ts'
import { encodePaxFiller, encodePaxRecord, MIN_FILLER_BYTES, parsePaxRecords } from './pax.ts'
import { encodeUstarHeader, parseUstarHeader, TAR_BLOCK_BYTES, USTAR_MAX_SIZE } from './ustar.ts'

/**
 * What precedes each member of a segment, written by one pwrite after the member's last byte:
 *   0..511     ustar header, typeflag `x`
 *   512..1535  pax records, the last one a filler, so that the size never depends on the values
 *   1536..2047 ustar header of the member itself
 */
export const MEMBER_HEADER_BYTES = 2048
const RECORDS_OFFSET = TAR_BLOCK_BYTES
const RECORDS_BYTES = 1024
const FILE_HEADER_OFFSET = RECORDS_OFFSET + RECORDS_BYTES
/** `VNA.check` is the first record, so its eight hex digits stand at a fixed place: `22 VNA.check=` */
const CHECK_OFFSET = RECORDS_OFFSET + 13
const CHECK_DIGITS = 8
const NO_CHECK = '0'.repeat(CHECK_DIGITS)

/** Bytes (UTF-8) that a value may take in the records; together they always fit in `RECORDS_BYTES`. */
export const memberTextLimits = { entityCodeBytes: 64, sourceBytes: 256, campaignBytes: 128 } as const
/** A Part 10 preamble and meta group longer than this is no member of ours. */
export const MAX_PREFIX_BYTES = 1024 * 1024

export type MemberFacts = {
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
  const header = Buffer.alloc(MEMBER_HEADER_BYTES)
  const modifiedSeconds = Math.trunc(Date.parse(facts.receivedAt) / 1000)
  const records = encodeRecords(facts)
  header.write(records + encodePaxFiller(RECORDS_BYTES - Buffer.byteLength(records)), RECORDS_OFFSET, 'utf8')
  encodeUstarHeader(
    { name: `PaxHeaders/${facts.name}`, typeflag: 'x', sizeBytes: RECORDS_BYTES, modifiedSeconds },
    header,
    0,
  )
  encodeUstarHeader(
    { name: facts.name, typeflag: '0', sizeBytes: facts.lengthBytes, modifiedSeconds },
    header,
    FILE_HEADER_OFFSET,
  )
  header.write(checkOf(header, prefix), CHECK_OFFSET, 'latin1')
  return header
}

/**
 * Reads what `encodeMemberHeader` wrote, from `bytes` of at least `MEMBER_HEADER_BYTES`. Does not verify `VNA.check`,
 * whose prefix the caller may not have read yet: see `verifyMemberCheck`. Throws `malformed-segment`.
 */
export function parseMemberHeader(bytes: Buffer): MemberFacts {
  const pax = parseUstarHeader(bytes, 0)
  const file = parseUstarHeader(bytes, FILE_HEADER_OFFSET)
  if (pax.typeflag !== 'x' || pax.sizeBytes !== RECORDS_BYTES || file.typeflag !== '0') throw malformed('layout')
  const records = parsePaxRecords(bytes.subarray(RECORDS_OFFSET, FILE_HEADER_OFFSET))
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
  if (facts.dataSetOffset > facts.lengthBytes || facts.dataSetOffset > MAX_PREFIX_BYTES) throw malformed('VNA.dataset')
  return facts
}

/** Whether header and Part 10 prefix are those that were written together. */
export function verifyMemberCheck(header: Buffer, prefix: Uint8Array): boolean {
  const found = header.toString('latin1', CHECK_OFFSET, CHECK_OFFSET + CHECK_DIGITS)
  const blank = Buffer.from(header.subarray(0, MEMBER_HEADER_BYTES))
  blank.write(NO_CHECK, CHECK_OFFSET, 'latin1')
  // The checksum of the pax header block does not cover the records, so blanking them leaves it valid.
  return found === checkOf(blank, prefix)
}

function encodeRecords(facts: MemberFacts): string {
  const records = [
    encodePaxRecord('VNA.check', NO_CHECK),
    facts.lengthBytes > USTAR_MAX_SIZE ? encodePaxRecord('size', String(facts.lengthBytes)) : '',
    encodePaxRecord('VNA.sha256', Buffer.from(facts.sha256).toString('hex')),
    encodePaxRecord('VNA.dataset', String(facts.dataSetOffset)),
    encodePaxRecord('VNA.entity', facts.entityCode),
    encodePaxRecord('VNA.source', facts.source),
    encodePaxRecord('VNA.received', facts.receivedAt),
    facts.campaign === undefined ? '' : encodePaxRecord('VNA.campaign', facts.campaign),
    encodePaxRecord('VNA.seq', String(facts.seq)),
  ].join('')
  if (Buffer.byteLength(records) > RECORDS_BYTES - MIN_FILLER_BYTES) throw malformed('records too long')
  return records
}

/** CRC-32 of the header with a blank check, then the prefix: eight hex digits. */
function checkOf(header: Buffer, prefix: Uint8Array): string {
  return crc32(prefix, crc32(header)).toString(16).padStart(CHECK_DIGITS, '0')
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
