import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { defaultBackoff, delayMsOf } from './backoff.ts'
import { withDigest } from './digest.ts'
import { parseBaseUrl, parseTarget } from './parse-options.ts'
import { parsePhantomSpec, phantomPlan } from './phantoms.ts'
import { parseStoreAnswer } from './stow-answer.ts'

describe('parsePhantomSpec', () => {
  it.each([
    ['ct:300', { kind: 'ct', studies: 1, instances: 300 }],
    ['tiny:5000', { kind: 'tiny', studies: 5000, instances: 1 }],
    ['mr:4x30', { kind: 'mr', studies: 4, instances: 30 }],
    ['dx:2x3', { kind: 'dx', studies: 2, instances: 3 }],
    ['enhanced-sr:1', { kind: 'enhanced-sr', studies: 1, instances: 1 }],
  ])('%s', (text, expected) => {
    expect(parsePhantomSpec(text)).toEqual(expected)
  })

  it.each(['ct', 'ct:', 'ct:0', 'ct:0x4', 'xx:3', 'ct:3x', 'ct:-1', 'ct:99999999999'])('refuses %s', (text) => {
    expect(() => parsePhantomSpec(text)).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  it('knows the total and the contexts without making a study', () => {
    const plan = phantomPlan([parsePhantomSpec('tiny:1000000'), parsePhantomSpec('sr:2')], { seed: 'a' })
    expect(plan.total).toBe(1_000_002)
    expect(plan.contexts.map((context) => context.sopClassUid)).toEqual([
      '1.2.840.10008.5.1.4.1.1.1',
      '1.2.840.10008.5.1.4.1.1.88.11',
    ])
  })
})

describe('parseTarget', () => {
  it('takes names, addresses and IPv6', () => {
    const titles = { calling: 'A', called: ' B ' }
    expect(parseTarget({ to: 'pacs.example:104', ...titles })).toEqual({
      host: 'pacs.example',
      port: 104,
      callingAeTitle: 'A',
      calledAeTitle: 'B',
    })
    expect(parseTarget({ to: '[::1]:104', ...titles }).host).toBe('::1')
  })

  it.each([
    { to: 'host', calling: 'A', called: 'B' },
    { to: 'host:0', calling: 'A', called: 'B' },
    { to: 'host:70000', calling: 'A', called: 'B' },
    { to: 'host:104', calling: '', called: 'B' },
    { to: 'host:104', calling: 'A'.repeat(17), called: 'B' },
    { to: 'host:104', calling: 'A\\B', called: 'B' },
  ])('refuses %j', (options) => {
    expect(() => parseTarget(options)).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  it('takes a DICOMweb base with or without the studies resource', () => {
    expect(parseBaseUrl('http://a/dicomweb/studies/', 'stow')).toBe('http://a/dicomweb')
    expect(() => parseBaseUrl('a/dicomweb', 'stow')).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('delayMsOf', () => {
  it('doubles up to the limit, never less than half of it', () => {
    expect(delayMsOf(0, defaultBackoff, () => 0)).toBe(125)
    expect(delayMsOf(0, defaultBackoff, () => 1)).toBe(250)
    expect(delayMsOf(3, defaultBackoff, () => 1)).toBe(2000)
    expect(delayMsOf(50, defaultBackoff, () => 1)).toBe(defaultBackoff.maxDelayMs)
  })
})

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
