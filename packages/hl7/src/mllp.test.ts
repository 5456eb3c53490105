import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Hl7Error } from './hl7-error.ts'
import { encodeMllp, MllpDecoder } from './mllp.ts'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

function decodeAll(stream: Uint8Array, cuts: readonly number[]): readonly string[] {
  const decoder = new MllpDecoder()
  const edges = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length]
  return edges.slice(1).flatMap((edge, index) => decoder.push(stream.subarray(edges[index], edge)).map(text))
}

describe('MLLP decoder', () => {
  it('gives back every message, however the stream is cut', () => {
    // Any byte but the two of the frame; a lone end block inside is covered below.
    const message = fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.filter((b) => b !== 0x0b && b !== 0x1c))
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, cuts) => {
        const stream = Buffer.concat(messages.map(encodeMllp))
        expect(decodeAll(stream, cuts)).toEqual(messages.map(text))
      }),
    )
  })

  it('gives the same for any stream of bytes, however it is cut', () => {
    const streams = fc.array(fc.constantFrom(0x0b, 0x1c, 0x0d, 0x0a, 0x41), { maxLength: 40 })
    fc.assert(
      fc.property(streams, fc.array(fc.nat(), { maxLength: 12 }), (bytes, cuts) => {
        const stream = Uint8Array.from(bytes)
        expect(decodeAll(stream, cuts)).toEqual(decodeAll(stream, []))
      }),
    )
  })

  it('keeps a lone end block as part of the message', () => {
    const decoder = new MllpDecoder()
    expect(decoder.push(Uint8Array.of(0x0b, 65, 0x1c, 66, 0x1c, 0x1c, 0x0d)).map(text)).toEqual(['A\x1cB\x1c'])
  })

  it('copies what it is given', () => {
    const decoder = new MllpDecoder()
    const part = Uint8Array.of(0x0b, 65)
    decoder.push(part)
    part.fill(66)
    expect(decoder.push(Uint8Array.of(0x1c, 0x0d)).map(text)).toEqual(['A'])
  })

  it('refuses a message without end at its limit, holds nothing of it and stays refusing', () => {
    const decoder = new MllpDecoder({ maxMessageBytes: 100 })
    decoder.push(Uint8Array.of(0x0b))
    decoder.push(new Uint8Array(100).fill(65))
    expect(decoder.pendingBytes).toBe(100)
    expect(() => decoder.push(Uint8Array.of(65))).toThrow('too-large in MLLP (limit 100)')
    expect(decoder.pendingBytes).toBe(0)
    expect(() => decoder.push(Uint8Array.of(0x1c, 0x0d))).toThrow('too-large')
  })

  it('refuses a stream that is no MLLP', () => {
    const decoder = new MllpDecoder({ maxBytesBetweenMessages: 10 })
    expect(decoder.push(Buffer.from('\r\n\r\n'))).toEqual([])
    expect(() => decoder.push(Buffer.from('GET / HTTP/1.1'))).toThrow(Hl7Error)
  })

  it('tells a cut message at the end of the stream', () => {
    const decoder = new MllpDecoder()
    decoder.push(Uint8Array.of(0x0b, 65))
    expect(decoder.isInsideMessage).toBe(true)
    expect(() => decoder.end()).toThrow('framing')
    const whole = new MllpDecoder()
    whole.push(encodeMllp(Uint8Array.of(65)))
    expect(() => whole.end()).not.toThrow()
  })
})
