import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DicomError } from '../errors.ts'
import { ExplicitLittleEndianRewriter } from './explicit-little-endian-rewriter.ts'
import { rewriteAsExplicitLittleEndian } from './rewrite-stream.ts'

type Element =
  | { tag: number; vr: string; units: number[]; unitBytes: 1 | 2 | 4 | 8 }
  | { tag: number; vr: 'SQ'; items: Element[][] }
interface Encoding {
  explicit: boolean
  bigEndian: boolean
  undefinedLengths: boolean
}

const longVrs = ['OB', 'OW', 'OF', 'OD', 'SQ', 'UN', 'UT']

function number(value: number, bytes: 1 | 2 | 4 | 8, bigEndian: boolean): Buffer {
  const buffer = Buffer.alloc(bytes)
  if (bytes === 8) {
    if (bigEndian) buffer.writeBigUInt64BE(BigInt(value))
    else buffer.writeBigUInt64LE(BigInt(value))
  } else if (bigEndian) buffer.writeUIntBE(value, 0, bytes)
  else buffer.writeUIntLE(value, 0, bytes)
  return buffer
}

/** An encoder made for these tests only, after PS3.5 7.1 and 7.5. */
function encode(elements: readonly Element[], o: Encoding): Buffer {
  return Buffer.concat(elements.map((element) => encodeElement(element, o)))
}

function encodeElement(element: Element, o: Encoding): Buffer {
  const tag = (value: number) =>
    Buffer.concat([number(value >>> 16, 2, o.bigEndian), number(value & 0xffff, 2, o.bigEndian)])
  const item = (value: number, length: number) => Buffer.concat([tag(value), number(length, 4, o.bigEndian)])
  const wrap = (start: number, body: Buffer, end: number) =>
    o.undefinedLengths && body.length > 0
      ? Buffer.concat([item(start, 0xffffffff), body, item(end, 0)])
      : Buffer.concat([item(start, body.length), body])
  let value: Buffer
  let isUndefined = false
  if ('items' in element) {
    value = Buffer.concat(element.items.map((elements) => wrap(0xfffee000, encode(elements, o), 0xfffee00d)))
    isUndefined = o.undefinedLengths && value.length > 0
    if (isUndefined) value = Buffer.concat([value, item(0xfffee0dd, 0)])
  } else value = Buffer.concat(element.units.map((unit) => number(unit, element.unitBytes, o.bigEndian)))
  const length = isUndefined ? 0xffffffff : value.length
  if (!o.explicit) return Buffer.concat([tag(element.tag), number(length, 4, o.bigEndian), value])
  const isLong = longVrs.includes(element.vr)
  const lengthField = isLong
    ? Buffer.concat([Buffer.alloc(2), number(length, 4, o.bigEndian)])
    : number(length, 2, o.bigEndian)
  return Buffer.concat([tag(element.tag), Buffer.from(element.vr), lengthField, value])
}

function rewrite(bytes: Buffer, source: 'implicit-le' | 'explicit-be', cuts: readonly number[] = []): Buffer {
  const rewriter = new ExplicitLittleEndianRewriter({ source })
  const edges = [0, ...[...cuts].map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
  const output: Buffer[] = []
  for (const [index, from] of edges.slice(0, -1).entries()) {
    const chunk = Uint8Array.prototype.slice.call(bytes, from, edges[index + 1])
    output.push(...rewriter.push(chunk).map((piece) => Buffer.from(piece)))
    chunk.fill(0xee) // as a buffer that is read into again
  }
  return Buffer.concat([...output, ...rewriter.end()])
}

const implicit: Encoding = { explicit: false, bigEndian: false, undefinedLengths: false }
const bigEndian: Encoding = { explicit: true, bigEndian: true, undefinedLengths: false }
const expected: Encoding = { explicit: true, bigEndian: false, undefinedLengths: true }

const leaf = fc.oneof(
  ...(
    [
      [0x00080018, 'UI', 1, 0xff],
      [0x00100010, 'PN', 1, 0xff],
      [0x00280010, 'US', 2, 0xffff],
      [0x00189219, 'SS', 2, 0xffff],
      [0x00186020, 'SL', 4, 0xffffffff],
      [0x00186050, 'UL', 4, 0xffffffff],
      [0x00280009, 'AT', 2, 0xffff],
      [0x00180088, 'DS', 1, 0xff],
      [0x00189073, 'FD', 8, 2 ** 40],
      [0x00420011, 'OB', 1, 0xff],
      [0x7fe00008, 'OF', 4, 0xffffffff],
      [0x7fe00009, 'OD', 8, 2 ** 40],
      [0x7fe00010, 'OW', 2, 0xffff],
      [0x00091001, 'UN', 1, 0xff],
      [0x00090010, 'LO', 1, 0xff],
    ] as const
  ).map(([tag, vr, unitBytes, max]) =>
    fc.array(fc.nat(max), { maxLength: 9 }).map((units): Element => {
      const isOdd = unitBytes === 1 && units.length % 2 === 1
      return { tag, vr, unitBytes, units: vr === 'AT' ? [...units, ...units] : isOdd ? [...units, 0] : units }
    }),
  ),
)
const dataSet = fc.letrec<{ sequence: Element; element: Element; dataSet: Element[] }>((tie) => ({
  sequence: fc.array(tie('dataSet'), { maxLength: 3 }).map((items): Element => ({ tag: 0x00400275, vr: 'SQ', items })),
  element: fc.oneof({ maxDepth: 4, depthSize: 'medium' }, leaf, tie('sequence')),
  dataSet: fc.array(tie('element'), { maxLength: 6 }),
})).dataSet

describe('ExplicitLittleEndianRewriter', () => {
  it('rewrites any data set, however its bytes are split', () => {
    fc.assert(
      fc.property(
        dataSet,
        fc.array(fc.nat(600), { maxLength: 12 }),
        fc.boolean(),
        (elements, cuts, undefinedLengths) => {
          const want = encode(elements, expected)
          expect(rewrite(encode(elements, { ...implicit, undefinedLengths }), 'implicit-le', cuts)).toEqual(want)
          const wantSameLengths = encode(elements, { ...expected, undefinedLengths })
          expect(rewrite(encode(elements, { ...bigEndian, undefinedLengths }), 'explicit-be', cuts)).toEqual(
            wantSameLengths,
          )
        },
      ),
      { numRuns: 100 },
    )
  })

  it('only ever throws its own error, the same for any split', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, isImplicit) => {
        const source = isImplicit ? 'implicit-le' : 'explicit-be'
        const outcome = (cuts: readonly number[]) => {
          try {
            return rewrite(Buffer.from(bytes), source, cuts).toString('hex')
          } catch (error) {
            expect(error).toBeInstanceOf(DicomError)
            return (error as DicomError).message
          }
        }
        expect(outcome([...bytes.keys()])).toBe(outcome([]))
      }),
      { numRuns: 300 },
    )
  })

  it('takes the sign of the pixels for US or SS, per level', () => {
    const elements = (sign: number, vr: string): Element[] => [
      { tag: 0x00280103, vr: 'US', units: [sign], unitBytes: 2 },
      { tag: 0x00280106, vr, units: [0xffff], unitBytes: 2 },
    ]
    const nested: Element[] = [...elements(1, 'SS'), { tag: 0x00880200, vr: 'SQ', items: [elements(0, 'US')] }]
    expect(rewrite(encode(nested, implicit), 'implicit-le')).toEqual(encode(nested, expected))
  })

  it('drops group lengths from implicit, keeps them from big endian', () => {
    const elements: Element[] = [{ tag: 0x00080000, vr: 'UL', units: [10], unitBytes: 4 }]
    expect(rewrite(encode(elements, implicit), 'implicit-le')).toHaveLength(0)
    expect(rewrite(encode(elements, bigEndian), 'explicit-be')).toEqual(encode(elements, expected))
  })

  it('writes UN for a value too long for its VR', () => {
    const long: Element = { tag: 0x00081160, vr: 'IS', units: Array(70_000).fill(0x31), unitBytes: 1 }
    const output = rewrite(encode([long], implicit), 'implicit-le')
    expect(output.subarray(0, 12)).toEqual(Buffer.from([0x08, 0, 0x60, 0x11, 0x55, 0x4e, 0, 0, 0x70, 0x11, 0x01, 0]))
    expect(output).toHaveLength(70_012)
  })

  it('refuses undue nesting and elements that overrun their item', () => {
    let deep: Element[] = []
    for (let level = 0; level < 70; level++) deep = [{ tag: 0x00400275, vr: 'SQ', items: [deep] }]
    expect(() => rewrite(encode(deep, { ...implicit, undefinedLengths: true }), 'implicit-le')).toThrow('too deep')
    const overrun = Buffer.from('4000750210000000feff00e00800000008001800ff000000', 'hex')
    expect(() => rewrite(overrun, 'implicit-le')).toThrow('longer than its item')
  })
})

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  const reused = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) {
    const length = bytes.copy(reused, 0, at, at + size)
    yield reused.subarray(0, length)
  }
}

describe('rewriteAsExplicitLittleEndian', () => {
  const elements: Element[] = [
    { tag: 0x00280010, vr: 'US', units: [512], unitBytes: 2 },
    { tag: 0x7fe00010, vr: 'OW', units: Array.from({ length: 40_000 }, (_, index) => index), unitBytes: 2 },
  ]
  const want = encode(elements, expected)

  it.each([
    ['1.2.840.10008.1.2', encode(elements, implicit)],
    ['1.2.840.10008.1.2.1', want],
    ['1.2.840.10008.1.2.2', encode(elements, bigEndian)],
    ['1.2.840.10008.1.2.1.99', deflateRawSync(want)],
    ['1.2.840.10008.1.2.1.99', Buffer.concat([deflateRawSync(want), Buffer.alloc(1)])],
  ])('reads %s', async (uid, stored) => {
    expect(await collect(rewriteAsExplicitLittleEndian(pieces(stored, 1000), uid))).toEqual(want)
  })

  it('passes on what is explicit already, though it is called implicit', async () => {
    expect(await collect(rewriteAsExplicitLittleEndian(pieces(want, 1000), '1.2.840.10008.1.2'))).toEqual(want)
  })

  it('refuses encapsulated syntaxes at once and broken deflate when it meets it', async () => {
    expect(() => rewriteAsExplicitLittleEndian(pieces(want, 10), '1.2.840.10008.1.2.4.50')).toThrow(DicomError)
    const broken = rewriteAsExplicitLittleEndian(pieces(Buffer.from('no deflate at all'), 10), '1.2.840.10008.1.2.1.99')
    await expect(collect(broken)).rejects.toMatchObject({ code: 'transcoding-failed' })
    const cut = rewriteAsExplicitLittleEndian(
      pieces(deflateRawSync(want).subarray(0, 50), 10),
      '1.2.840.10008.1.2.1.99',
    )
    await expect(collect(cut)).rejects.toMatchObject({ code: 'transcoding-failed' })
  })
})
