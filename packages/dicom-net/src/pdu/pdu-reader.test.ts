import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isUlError } from '../errors.ts'
import { resolveLimits } from '../limits.ts'
import {
  abortBytes,
  associateAcceptBytes,
  associateRequestBytes,
  bytesOf,
  echoCommandSetBytes,
  releaseRequestBytes,
  twoPdvsBytes,
} from '../testing/fixtures.ts'
import type { ControlPdu } from './pdu.ts'
import { type PduHandler, PduReader, type PdvPiece } from './pdu-reader.ts'

const limits = resolveLimits()

/** What a stream says, whatever its split: pieces of one fragment are joined again. */
class Recorder implements PduHandler {
  readonly events: string[] = []
  halted = false
  #fragment: Uint8Array[] = []
  #context = ''

  onPdu(pdu: ControlPdu): void {
    this.#flush()
    this.events.push(`${pdu.kind} ${JSON.stringify(pdu)}`)
  }

  onPDataStart(): void {
    this.#flush()
    this.events.push('P-DATA-TF')
  }

  onPdvPiece(piece: PdvPiece): void {
    const context = `${piece.presentationContextId} ${piece.isCommand}`
    if (context !== this.#context) this.#flush()
    this.#context = context
    this.#fragment.push(Uint8Array.from(piece.bytes))
    if (piece.endsMessage) this.#flush(true)
  }

  finish(): string[] {
    this.#flush()
    return this.events
  }

  #flush(ends = false): void {
    if (this.#fragment.length === 0) return
    this.events.push(`${this.#context} ${ends} ${Buffer.concat(this.#fragment).toString('hex')}`)
    this.#fragment = []
    this.#context = ''
  }
}

function read(chunks: readonly Uint8Array[]): string[] {
  const recorder = new Recorder()
  const reader = new PduReader(recorder, limits)
  for (const chunk of chunks) expect(reader.push(chunk)).toBe(chunk.length)
  return recorder.finish()
}

function splitAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b)
  return [0, ...places].map((from, n) => bytes.subarray(from, places[n] ?? bytes.length))
}

const stream = Buffer.concat([
  associateRequestBytes,
  associateAcceptBytes,
  twoPdvsBytes,
  twoPdvsBytes,
  releaseRequestBytes,
  abortBytes,
])

describe('PduReader', () => {
  it('hands on the fragments of each PDV with their context and flags', () => {
    expect(read([twoPdvsBytes])).toEqual([
      'P-DATA-TF',
      `1 true true ${echoCommandSetBytes.toString('hex')}`,
      '1 false false deadbeef',
    ])
  })

  it('gives the same for every split of the stream', () => {
    const whole = read([stream])
    expect(read([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(whole)
    fc.assert(
      fc.property(fc.array(fc.nat({ max: stream.length - 1 }), { maxLength: 20 }), (cuts) => {
        expect(read(splitAt(stream, cuts))).toEqual(whole)
      }),
    )
  })

  it('reads an empty fragment that ends a message', () => {
    expect(read([bytesOf('04 00 00000006', '00000002 05 02')])).toEqual(['P-DATA-TF', '5 false true '])
  })

  it('stops where the handler halts and goes on from there', () => {
    const recorder = new Recorder()
    const halting: PduHandler = {
      onPdu: (pdu) => recorder.onPdu(pdu),
      onPDataStart: () => recorder.onPDataStart(),
      onPdvPiece: (piece) => {
        recorder.onPdvPiece(piece)
        recorder.halted = true
      },
      get halted() {
        return recorder.halted
      },
    }
    const reader = new PduReader(halting, limits)
    const taken = reader.push(stream)
    expect(taken).toBe(associateRequestBytes.length + associateAcceptBytes.length + 6 + 4 + 2 + 68)
    expect(reader.push(stream.subarray(taken))).toBe(0)
    recorder.halted = false
    let at = taken
    while (at < stream.length) {
      at += reader.push(stream.subarray(at))
      recorder.halted = false
    }
    expect(recorder.finish()).toEqual(read([stream]))
    expect(reader.insidePdu).toBe(false)
  })

  it('knows whether it is inside a PDU', () => {
    const reader = new PduReader(new Recorder(), limits)
    expect(reader.insidePdu).toBe(false)
    reader.push(twoPdvsBytes.subarray(0, 1))
    expect(reader.insidePdu).toBe(true)
    reader.push(twoPdvsBytes.subarray(1))
    expect(reader.insidePdu).toBe(false)
  })

  it.each([
    ['unknown type', '09 00 00000004', 'pdu-unrecognized'],
    ['P-DATA-TF of 4 GiB', '04 00 ffffffff', 'pdu-too-long'],
    ['A-ASSOCIATE-RQ of 4 GiB', '01 00 ffffffff', 'pdu-too-long'],
    ['P-DATA-TF of length 0', '04 00 00000000', 'pdu-invalid'],
    ['P-DATA-TF too short for a PDV', '04 00 00000005', 'pdu-invalid'],
    ['A-ASSOCIATE-RQ too short', '01 00 00000043', 'pdu-invalid'],
    ['A-RELEASE-RQ of another length', '05 00 00000006', 'pdu-too-long'],
    ['A-ABORT of length 0', '07 00 00000000', 'pdu-invalid'],
    ['PDV longer than its PDU', '04 00 00000008 00000006 01 03', 'pdu-invalid'],
    ['PDV of length 1', '04 00 00000008 00000001 01 03', 'pdu-invalid'],
    ['rest too short for a PDV', '04 00 0000000a 00000004 01 03 0000', 'pdu-invalid'],
  ])('refuses a %s before taking more', (_, hex, code) => {
    expect(() => read([bytesOf(hex)])).toThrow(expect.objectContaining({ code }))
  })

  it('allocates no more than arrived', () => {
    const reader = new PduReader(new Recorder(), resolveLimits({ maxAssociatePduLengthBytes: 0x7fffffff }))
    const before = process.memoryUsage().arrayBuffers
    reader.push(bytesOf('01 00 7fffffff'))
    for (let n = 0; n < 50; n++) reader.push(new Uint8Array(100))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
  })

  it('survives any mutation of a good stream with its own error or none', () => {
    const mutation = fc.record({ at: fc.nat({ max: stream.length - 1 }), value: fc.nat({ max: 255 }) })
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 8 }), fc.array(fc.nat()), (mutations, cuts) => {
        const bytes = Buffer.from(stream)
        for (const { at, value } of mutations) bytes[at] = value
        const recorder = new Recorder()
        const reader = new PduReader(recorder, limits)
        try {
          for (const chunk of splitAt(bytes, cuts)) reader.push(chunk)
        } catch (error) {
          expect(isUlError(error)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('survives random bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (chunks) => {
        const reader = new PduReader(new Recorder(), limits)
        try {
          for (const chunk of chunks) reader.push(chunk)
        } catch (error) {
          expect(isUlError(error)).toBe(true)
        }
      }),
    )
  })
})
