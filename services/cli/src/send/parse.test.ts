import { describe, expect, it } from 'vitest'
import { parseBaseUrl, parseTarget } from './parse-options.ts'
import { parsePhantomSpec, phantomPlan } from './phantoms.ts'

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
