import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { withDigest } from './digest.ts'
import { parseStoreAnswer } from './stow-answer.ts'

describe('withDigest', () => {
  it('is that of the data set, however the bytes are split and whatever stands before', async () => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))
    const expected = createHash('sha256').update(bytes.subarray(132)).digest('hex')
    expect(withDigest(bytes, 132).digest()).toBe(expected)
    for (const step of [1, 7, 131, 132, 133, 999]) {
      const split = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
      }
      const digested = withDigest(split(), 132)
      const passed: Uint8Array[] = []
      for await (const part of digested.bytes as AsyncIterable<Uint8Array>) passed.push(part)
      expect(Buffer.concat(passed).equals(bytes)).toBe(true)
      expect(digested.digest()).toBe(expected)
    }
  })
})

describe('parseStoreAnswer', () => {
  it('tells stored, stored with a warning and failed apart', () => {
    const answer = parseStoreAnswer(
      JSON.stringify({
        '00081199': {
          vr: 'SQ',
          Value: [
            { '00081155': { vr: 'UI', Value: ['1'] } },
            { '00081155': { vr: 'UI', Value: ['2'] }, '00081196': { vr: 'US', Value: [0xb000] } },
          ],
        },
        '00081198': {
          vr: 'SQ',
          Value: [{ '00081155': { vr: 'UI', Value: ['3'] }, '00081197': { vr: 'US', Value: [0xa700] } }],
        },
      }),
    )
    expect(answer?.stored.get('1')).toEqual({ isWarning: false })
    expect(answer?.stored.get('2')).toEqual({ isWarning: true })
    expect(answer?.failed.get('3')?.reason).toBe(0xa700)
  })

  it.each(['', 'null', '7', '<html>', '[]'])('is nothing for %j', (body) => {
    expect(parseStoreAnswer(body)).toBeUndefined()
  })
})
