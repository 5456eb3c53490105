import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArchiveError } from '../archive-error.ts'
import { findWholeMembers } from '../journal/recovery.ts'
import {
  encodeMemberHeader,
  type MemberFacts,
  memberHeaderBytes,
  memberTextLimits,
  parseMemberHeader,
  verifyMemberCheck,
} from './member-header.ts'
import { encodePaxFiller, encodePaxRecord, minFillerBytes, parsePaxRecords } from './pax.ts'
import { createBytesReader } from './range-reader.ts'
import { packDigestOf, readSegment, type SegmentMember, trailerBytes, verifyPack } from './read-segment.ts'
import { alignToBlock } from './ustar.ts'

interface Part {
  prefix: Buffer
  dataSet: Buffer
}

function factsOf(seq: number, { prefix, dataSet }: Part): MemberFacts {
  return {
    name: `1.2.${seq}.dcm`,
    lengthBytes: prefix.length + dataSet.length,
    dataSetOffset: prefix.length,
    sha256: createHash('sha256').update(dataSet).digest(),
    entityCode: 'E',
    source: 'AE',
    receivedAt: '2026-01-31T10:11:12.345Z',
    seq,
  }
}

/** A sealed segment with these members, and where each of them ends. */
function segmentOf(parts: readonly Part[]): { bytes: Buffer; ends: number[] } {
  const pieces: Buffer[] = []
  const ends: number[] = []
  let size = 0
  parts.forEach((part, index) => {
    const header = encodeMemberHeader(factsOf(index + 1, part), part.prefix)
    const end = size + header.length + part.prefix.length + part.dataSet.length
    pieces.push(header, part.prefix, part.dataSet, Buffer.alloc(alignToBlock(end) - end))
    ends.push(end)
    size = alignToBlock(end)
  })
  return { bytes: Buffer.concat([...pieces, Buffer.alloc(trailerBytes)]), ends }
}

async function membersOf(bytes: Uint8Array): Promise<SegmentMember[]> {
  const members: SegmentMember[] = []
  for await (const member of readSegment(createBytesReader(bytes))) members.push(member)
  return members
}

const part = fc.record({
  prefix: fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes)),
  dataSet: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
})
const parts = fc.array(part, { minLength: 1, maxLength: 4 })

describe('pax records', () => {
  it('count their own digits', () => {
    expect(encodePaxRecord('size', '8589934592')).toBe('19 size=8589934592\n')
    for (let length = 1; length < 1200; length++) {
      const record = encodePaxRecord('k', 'x'.repeat(length))
      expect(parsePaxRecords(Buffer.from(record)).get('k')).toHaveLength(length)
      if (length >= minFillerBytes) expect(Buffer.byteLength(encodePaxFiller(length))).toBe(length)
    }
  })

  it('are never taken from bytes that are something else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.string({ unit: 'binary-ascii' })), (input) => {
        const body = Buffer.from(input as string)
        try {
          parsePaxRecords(body)
        } catch (error) {
          expect(error).toBeInstanceOf(ArchiveError)
        }
      }),
    )
  })
})

describe('member header', () => {
  const text = (maxBytes: number) =>
    fc
      .string({ unit: 'grapheme', maxLength: 60 })
      .filter((value) => Buffer.byteLength(value) <= maxBytes && !/\p{Cc}/u.test(value))

  it('reads back as written, whatever the values, with a size of many GiB too', () => {
    const facts = fc.record(
      {
        name: fc.stringMatching(/^[0-9.]{1,64}$/).map((uid) => `${uid}.dcm`),
        lengthBytes: fc.integer({ min: 2000, max: 2 ** 45 }),
        dataSetOffset: fc.integer({ min: 0, max: 2000 }),
        sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
        entityCode: text(memberTextLimits.entityCodeBytes),
        source: text(memberTextLimits.sourceBytes),
        receivedAt: fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString()),
        campaign: text(memberTextLimits.campaignBytes),
        seq: fc.integer({ min: 1, max: 2 ** 40 }),
      },
      { requiredKeys: ['name', 'lengthBytes', 'dataSetOffset', 'sha256', 'entityCode', 'source', 'receivedAt', 'seq'] },
    )
    fc.assert(
      fc.property(facts, fc.uint8Array({ maxLength: 100 }), (o, prefix) => {
        const header = encodeMemberHeader(o, prefix)
        expect(header).toHaveLength(memberHeaderBytes)
        expect(parseMemberHeader(header)).toEqual(o)
        expect(verifyMemberCheck(header, prefix)).toBe(true)
      }),
    )
  })

  it('holds the longest values at once', () => {
    const longest = {
      ...factsOf(1, { prefix: Buffer.alloc(0), dataSet: Buffer.alloc(0) }),
      name: `${'1'.repeat(64)}.dcm`,
      lengthBytes: Number.MAX_SAFE_INTEGER / 16,
      entityCode: 'E'.repeat(memberTextLimits.entityCodeBytes),
      source: 's'.repeat(memberTextLimits.sourceBytes),
      campaign: 'c'.repeat(memberTextLimits.campaignBytes),
      seq: 99_999_999,
    }
    expect(() => encodeMemberHeader(longest, Buffer.alloc(0))).not.toThrow()
  })

  it('notices a change of any bit, in itself or in the prefix', async () => {
    const whole = { prefix: Buffer.alloc(700, 3), dataSet: Buffer.alloc(50, 4) }
    const { bytes } = segmentOf([whole])
    const covered = memberHeaderBytes + whole.prefix.length + whole.dataSet.length
    fc.assert(
      await fc.asyncProperty(fc.nat(covered - 1), fc.nat(7), async (at, bit) => {
        const torn = Buffer.from(bytes)
        torn[at]! ^= 1 << bit
        expect(await findWholeMembers(createBytesReader(torn))).toEqual({ instances: 0, endBytes: 0 })
      }),
    )
  })
})

describe('segment', () => {
  it('gives its members back, with a digest that binds them all', async () => {
    await fc.assert(
      fc.asyncProperty(parts, async (written) => {
        const { bytes } = segmentOf(written)
        const members = await membersOf(bytes)
        expect(
          members.map(({ seq, offset, lengthBytes, dataSetOffset }) => [
            seq,
            bytes.subarray(offset + dataSetOffset, offset + lengthBytes),
          ]),
        ).toEqual(written.map(({ dataSet }, index) => [index + 1, dataSet]))
        const verified = await verifyPack(createBytesReader(bytes))
        expect(verified).toEqual({
          instances: written.length,
          packDigest: packDigestOf(members.map(({ header }) => header)),
        })
      }),
      { numRuns: 50 },
    )
  })

  it('recovers, from any cut, exactly the members that were whole', async () => {
    await fc.assert(
      fc.asyncProperty(parts, fc.nat(), fc.uint8Array({ maxLength: 600 }), async (written, at, tail) => {
        const { bytes, ends } = segmentOf(written)
        const cut = at % (bytes.length - trailerBytes + 1)
        const whole = ends.filter((end) => end <= cut).length
        // What a crash leaves behind the cut: nothing, zeros of a hole, or whatever was there.
        for (const rest of [Buffer.alloc(0), Buffer.alloc(5000)]) {
          const found = await findWholeMembers(createBytesReader(Buffer.concat([bytes.subarray(0, cut), rest])))
          expect(found.instances).toBeGreaterThanOrEqual(whole)
          if (rest.length === 0) expect(found.instances).toBe(whole)
        }
        const dirty = Buffer.concat([bytes.subarray(0, alignToBlock(ends[whole - 1] ?? 0)), Buffer.from(tail)])
        expect((await findWholeMembers(createBytesReader(dirty))).instances).toBe(whole)
      }),
      { numRuns: 60 },
    )
  })

  it('only ever fails with its own error, and never takes a cut pack for a shorter one', async () => {
    await fc.assert(
      fc.asyncProperty(parts, fc.array(fc.tuple(fc.nat(), fc.nat(255))), fc.nat(), async (written, changes, at) => {
        const { bytes } = segmentOf(written)
        const cut = at % bytes.length
        await expect(membersOf(bytes.subarray(0, cut))).rejects.toBeInstanceOf(ArchiveError)
        const mutated = Buffer.from(bytes)
        for (const [position, value] of changes) mutated[position % mutated.length] = value
        await verifyPack(createBytesReader(mutated)).catch((error) => expect(error).toBeInstanceOf(ArchiveError))
        await membersOf(Buffer.from(mutated.toReversed())).catch((error) => expect(error).toBeInstanceOf(ArchiveError))
      }),
      { numRuns: 60 },
    )
  })
})
