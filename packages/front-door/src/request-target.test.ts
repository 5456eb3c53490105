import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRequestTarget } from './request-target.ts'

const maxUrlLength = 16 * 1024

describe('the target of a request', () => {
  it.each([
    ['/', '/', ''],
    ['/dicomweb/studies?PatientName=ROSSI%5EMARIO', '/dicomweb/studies', '?PatientName=ROSSI%5EMARIO'],
    ['/fhir/../metrics', '/metrics', ''],
    ['/fhir?url=http://elsewhere//x', '/fhir', '?url=http://elsewhere//x'],
    ['/reports?q=a\\b', '/reports', '?q=a\\b'],
  ])('%s', (target, pathname, search) => {
    expect(parseRequestTarget(target, maxUrlLength)).toEqual({ pathname, search })
  })

  it.each([
    '',
    '*',
    '//elsewhere:1/fhir/metadata',
    '/\\elsewhere/fhir',
    '\\\\elsewhere/fhir',
    '//user@elsewhere/fhir',
    '///elsewhere/fhir',
    '/.//elsewhere/fhir',
    '/fhir/..//elsewhere',
    '/%2e//elsewhere',
    '/fhir\\..\\..\\elsewhere',
    'http://elsewhere/fhir',
    'elsewhere:443',
    '/fhir#fragment',
    '/with blank',
    '/\tfhir',
  ])('%j is refused', (target) => {
    expect(() => parseRequestTarget(target, maxUrlLength)).toThrow('the URL is malformed')
  })

  it.each(['/fhir/a%00b', '/fhir?_id=%00', '/%00'])('%s holds a NUL', (target) => {
    expect(() => parseRequestTarget(target, maxUrlLength)).toThrow('the URL holds a NUL')
  })

  it('never names a host, whatever was sent', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '@',
      ':',
      '?',
      '#',
      '%2f',
      '%5c',
      'a',
      'evil.example',
      ' ',
      '\t',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const target = pieces.join('')
        let parsed: ReturnType<typeof parseRequestTarget>
        try {
          parsed = parseRequestTarget(target, maxUrlLength)
        } catch {
          return
        }
        const url = new URL(`${parsed.pathname}${parsed.search}`, 'http://inside:1')
        expect(url.host).toBe('inside:1')
        expect(url.pathname).toBe(parsed.pathname)
      }),
      { numRuns: 2_000 },
    )
  })
})
