import { createHash } from 'node:crypto'
import { ArchiveError } from '../archive-error.ts'
import { type MemberFacts, memberHeaderBytes, parseMemberHeader, verifyMemberCheck } from './member-header.ts'
import { openFileReader, type RangeReader, readExactly } from './range-reader.ts'
import { alignToBlock, tarBlockBytes } from './ustar.ts'

/** Two zero blocks end a tar file (POSIX.1 pax). */
export const trailerBytes = 2 * tarBlockBytes
/** Read with each header, so that the usual Part 10 prefix needs no second read. */
const prefixReadAheadBytes = 1024
const verifyChunkBytes = 1024 * 1024

export type SegmentMember = MemberFacts & {
  headerOffset: number
  /** Of the Part 10 file in the segment. */
  offset: number
  /** Where the next header, or the trailer, starts. */
  endOffset: number
  /** The 2048 bytes as they stand: see `packDigestOf`. */
  header: Buffer
}

/**
 * The members of a sealed segment or pack, in order. Throws `malformed-segment` where the bytes are not what a journal
 * writes, and when the trailer is missing: a pack that ends early is never taken for a shorter one.
 */
export async function* readSegment(source: string | RangeReader): AsyncGenerator<SegmentMember> {
  const reader = typeof source === 'string' ? await openFileReader(source) : source
  try {
    for (let offset = 0; ; ) {
      const member = await readMember(reader, offset)
      if (member === 'trailer') return
      yield member
      offset = member.endOffset
    }
  } finally {
    if (typeof source === 'string') await reader.close()
  }
}

/** The member whose header starts at `headerOffset`; throws `malformed-segment` unless header and check are whole. */
export async function readMember(reader: RangeReader, headerOffset: number): Promise<SegmentMember | 'trailer'> {
  const bytes = Buffer.allocUnsafe(memberHeaderBytes + prefixReadAheadBytes)
  const count = await reader.read(bytes, 0, bytes.length, headerOffset)
  if (isTrailer(bytes.subarray(0, count))) return 'trailer'
  if (count < memberHeaderBytes) throw malformed('ends-in-header', headerOffset)
  const header = bytes.subarray(0, memberHeaderBytes)
  const facts = parseMemberHeader(header)
  const offset = headerOffset + memberHeaderBytes
  if (offset + facts.lengthBytes > reader.sizeBytes) throw malformed('ends-in-member', headerOffset)
  const prefix =
    memberHeaderBytes + facts.dataSetOffset <= count
      ? bytes.subarray(memberHeaderBytes, memberHeaderBytes + facts.dataSetOffset)
      : await readExactly(reader, facts.dataSetOffset, offset)
  if (!verifyMemberCheck(header, prefix)) throw malformed('check', headerOffset)
  return { ...facts, headerOffset, offset, endOffset: alignToBlock(offset + facts.lengthBytes), header }
}

/** Reads the member's data set and compares its SHA-256 with the one in its header. */
export async function verifyMember(reader: RangeReader, member: SegmentMember): Promise<boolean> {
  const hash = createHash('sha256')
  const end = member.offset + member.lengthBytes
  const chunk = Buffer.allocUnsafe(Math.min(verifyChunkBytes, Math.max(end - member.offset, 1)))
  for (let position = member.offset + member.dataSetOffset; position < end; ) {
    const count = await reader.read(chunk, 0, Math.min(chunk.length, end - position), position)
    if (count === 0) return false
    hash.update(chunk.subarray(0, count))
    position += count
  }
  return hash.digest().equals(member.sha256)
}

/**
 * Reads a whole pack and proves every member by its own digest; throws `digest-mismatch` with the offset of the first
 * that differs. Resolves the number of members and the pack's digest.
 */
export async function verifyPack(reader: RangeReader): Promise<{ instances: number; packDigest: Buffer }> {
  const hash = createHash('sha256')
  let instances = 0
  for await (const member of readSegment(reader)) {
    if (!(await verifyMember(reader, member))) {
      throw new ArchiveError('digest-mismatch', { details: { headerOffset: member.headerOffset } })
    }
    hash.update(member.header)
    instances++
  }
  return { instances, packDigest: hash.digest() }
}

/**
 * SHA-256 over the member headers in order. It binds every member, since each header carries its data set's digest,
 * without reading pixel data again.
 */
export function packDigestOf(headers: Iterable<Uint8Array>): Buffer {
  const hash = createHash('sha256')
  for (const header of headers) hash.update(header)
  return hash.digest()
}

function isTrailer(bytes: Buffer): boolean {
  return bytes.length === trailerBytes && bytes.every((byte) => byte === 0)
}

function malformed(reason: string, offset: number): ArchiveError {
  return new ArchiveError('malformed-segment', { details: { reason, offset } })
}
