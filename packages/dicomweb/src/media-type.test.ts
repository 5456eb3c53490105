import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAccept } from './accept.ts'
import { DicomwebError } from './dicomweb-error.ts'
import { parseContentType } from './media-type.ts'

describe('parseContentType', () => {
  it('reads quoted and unquoted parameters', () => {
    const quoted = parseContentType('Multipart/Related; type="application/dicom"; boundary="a;b=\\"c\\""')
    expect(quoted.type).toBe('multipart/related')
    expect(Object.fromEntries(quoted.parameters)).toEqual({ type: 'application/dicom', boundary: 'a;b="c"' })
    const bare = parseContentType('multipart/related;type=application/dicom;Boundary=abc;')
    expect(Object.fromEntries(bare.parameters)).toEqual({ type: 'application/dicom', boundary: 'abc' })
  })

  it('only ever throws its own error', () => {
    for (const text of ['', 'x', 'a/b; =1', 'a/b; x="1', 'a /b', `a/b;${'x'.repeat(5000)}`]) {
      expect(() => parseContentType(text)).toThrow(DicomwebError)
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseContentType(text)
          parseAccept(text)
        } catch (error) {
          expect(error).toBeInstanceOf(DicomwebError)
        }
      }),
    )
  })
})

describe('parseAccept', () => {
  it('orders by quality and keeps the order of equals', () => {
    const types = (text: string) => parseAccept(text).map((range) => range.type)
    expect(types('a/a;q=0.5, b/b, */*;q=0.1, c/c')).toEqual(['b/b', 'c/c', 'a/a', '*/*'])
    expect(types('')).toEqual([])
    expect(types('*')).toEqual(['*/*'])
  })

  it('refuses a quality that is none', () => {
    expect(() => parseAccept('a/a;q=2')).toThrow(DicomwebError)
    expect(() => parseAccept('a/a;q=x')).toThrow(DicomwebError)
  })
})
