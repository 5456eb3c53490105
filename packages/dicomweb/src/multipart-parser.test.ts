import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DicomwebError } from './dicomweb-error.ts'
import { type MultipartLimits, MultipartRelatedParser } from './multipart-parser.ts'
import { encodeClosingBoundary, encodePartHeader } from './multipart-writer.ts'

interface Part {
  headers: Record<string, string>
  body: string
}

/** Pushes `body` in the given pieces and collects the parts; each piece is wiped after its push, as a socket buffer would be. */
function parse(body: Buffer, cuts: readonly number[], boundary: string, limits?: Partial<MultipartLimits>): Part[] {
  const parser = new MultipartRelatedParser({ boundary, ...(limits && { limits }) })
  const parts: Part[] = []
  let open: { headers: Record<string, string>; chunks: Buffer[] } | undefined
  const edges = [0, ...[...cuts].sort((a, b) => a - b), body.length]
  for (const [index, from] of edges.slice(0, -1).entries()) {
    const chunk = Uint8Array.prototype.slice.call(body, from, edges[index + 1])
    for (const event of parser.push(chunk)) {
      if (event.kind === 'part-begin') open = { headers: Object.fromEntries(event.headers), chunks: [] }
      else if (event.kind === 'part-data') open!.chunks.push(Buffer.from(event.data))
      else {
        parts.push({ headers: open!.headers, body: Buffer.concat(open!.chunks).toString('latin1') })
        open = undefined
      }
    }
    chunk.fill(0x2a)
  }
  parser.end()
  return parts
}

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const code = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof DicomwebError) return error.code
    throw error
  }
  return 'no error'
}

/** Bodies made of what confuses boundary searches: line breaks, dashes and starts of the boundary itself. */
const nastyBody = fc
  .array(
    fc.constantFrom('\r', '\n', '\r\n', '-', '--', 'AaB', 'AaBb', '\r\n--AaB', '\r\n--AaBb', '\r\n--AaBbX', 'x', '\0'),
    {
      maxLength: 12,
    },
  )
  .map((pieces) => pieces.join(''))
  .filter((text) => !/(^|\r\n)--AaBb(--|[ \t]*\r\n|[ \t]*\r?$|-?$)/.test(text))

describe('MultipartRelatedParser', () => {
  it('reads the parts of a plain request', () => {
    const body = latin1('--b\r\nContent-Type: application/dicom\r\nX: 1\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n')
    expect(parse(body, [], 'b')).toEqual([
      { headers: { 'content-type': 'application/dicom', x: '1' }, body: 'one' },
      { headers: {}, body: 'two' },
    ])
  })

  it('skips preamble and epilogue, padding after a boundary and folded headers', () => {
    const body = latin1('hello\r\n--b \t\r\nA: 1,\r\n  2\r\n\r\nx\r\n--b--  \r\nbye\r\n--b\r\n')
    expect(parse(body, [], 'b')).toEqual([{ headers: { a: '1, 2' }, body: 'x' }])
  })

  it('reads empty parts, with and without a line break of their own', () => {
    expect(parse(latin1('--b\r\nA: 1\r\n\r\n\r\n--b\r\nA: 2\r\n\r\n--b--'), [], 'b').map((p) => p.body)).toEqual([
      '',
      '',
    ])
  })

  it('takes a longer line that starts like the boundary for data', () => {
    const text = 'x\r\n--bb\r\n--b-\r\n--b y'
    expect(parse(latin1(`--b\r\n\r\n${text}\r\n--b--`), [], 'b')).toEqual([{ headers: {}, body: text }])
  })

  it('reads the same parts however the bytes are split', () => {
    const boundary = 'AaBb'
    fc.assert(
      fc.property(
        fc.array(nastyBody, { maxLength: 4 }),
        fc.array(fc.nat(400), { maxLength: 30 }),
        (bodies, cutsWanted) => {
          const head = (index: number) =>
            encodePartHeader({ boundary, contentType: `t/${index}`, isFirst: index === 0 }).toString('latin1')
          const text = bodies.map((part, index) => head(index) + part).join('') + encodeClosingBoundary(boundary)
          const body = latin1(text)
          const cuts = cutsWanted.map((cut) => Math.min(cut, body.length))
          const expected = bodies.map((part, index) => ({ headers: { 'content-type': `t/${index}` }, body: part }))
          expect(parse(body, cuts, boundary)).toEqual(expected)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('gives the same outcome, byte by byte or whole, for arbitrary bytes', () => {
    const piece = fc.constantFrom('--b', '\r\n--b', '\r\n', '--', ' ', 'A: 1', '\r\n\r\n', 'q', '\r')
    const outcome = (body: Buffer, cuts: readonly number[]) => {
      try {
        return parse(body, cuts, 'b')
      } catch (error) {
        expect(error).toBeInstanceOf(DicomwebError)
        return (error as DicomwebError).code
      }
    }
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const body = latin1(pieces.join(''))
        expect(outcome(body, [...body.keys()])).toEqual(outcome(body, []))
      }),
      { numRuns: 500 },
    )
  })

  it('hands out views of the pushed chunk, not copies', () => {
    const parser = new MultipartRelatedParser({ boundary: 'b' })
    const chunk = new Uint8Array(latin1('--b\r\n\r\n0123456789'))
    const data = [...parser.push(chunk)].filter((event) => event.kind === 'part-data')
    expect(data).toHaveLength(1)
    expect(data[0]!.data.buffer).toBe(chunk.buffer)
  })

  it('notices a missing closing boundary wherever the body is cut', () => {
    const whole = latin1('--b\r\nA: 1\r\n\r\ndata\r\n--b--')
    for (let length = 0; length < whole.length; length++) {
      expect(code(() => parse(whole.subarray(0, length), [], 'b'))).toBe('multipart-truncated')
    }
    expect(code(() => parse(whole, [], 'b'))).toBe('no error')
  })

  it('refuses what goes over its limits', () => {
    const one = latin1('--b\r\nA: 1\r\n\r\n\r\n--b--')
    expect(code(() => parse(one, [], 'b', { maxParts: 0 }))).toBe('multipart-limit')
    expect(code(() => parse(one, [], 'b', { maxHeaderBytes: 7 }))).toBe('multipart-limit')
    expect(code(() => parse(one, [], 'b', { maxHeaderBytes: 8 }))).toBe('no error')
    expect(code(() => parse(latin1(`1234\r\n${one.toString('latin1')}`), [], 'b', { maxPreambleBytes: 3 }))).toBe(
      'multipart-limit',
    )
    expect(code(() => parse(latin1(`${one.toString('latin1')}1234`), [], 'b', { maxPreambleBytes: 3 }))).toBe(
      'multipart-limit',
    )
    expect(code(() => new MultipartRelatedParser({ boundary: 'x'.repeat(71) }))).toBe('multipart-boundary-invalid')
    expect(code(() => new MultipartRelatedParser({ boundary: '' }))).toBe('multipart-boundary-invalid')
    expect(code(() => new MultipartRelatedParser({ boundary: 'a\rb' }))).toBe('multipart-boundary-invalid')
  })

  it('refuses a header line without a name', () => {
    expect(code(() => parse(latin1('--b\r\nnonsense\r\n\r\n\r\n--b--'), [], 'b'))).toBe('multipart-header-malformed')
  })
})
