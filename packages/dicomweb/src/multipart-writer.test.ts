import { describe, expect, it } from 'vitest'
import { mediaTypeOfSyntax } from './media-type-of-syntax.ts'
import { encodePartHeader } from './multipart-writer.ts'

describe('the header of a part', () => {
  it('holds what it is given', () => {
    const header = encodePartHeader({ boundary: 'b', contentType: 'application/dicom', contentLengthBytes: 7 })
    expect(header.toString()).toBe('\r\n--b\r\nContent-Type: application/dicom\r\nContent-Length: 7\r\n\r\n')
  })

  it.each(['a\r\nX-Injected: 1', 'a\nb', 'a\0b', 'à'])('never holds %j', (value) => {
    expect(() => encodePartHeader({ boundary: 'b', contentType: value })).toThrow('a header value')
    expect(() => encodePartHeader({ boundary: 'b', contentType: 'a', contentLocation: value })).toThrow()
  })

  it('names a transfer syntax that is a UID, and no other', () => {
    expect(mediaTypeOfSyntax('application/dicom', '1.2.840')).toBe('application/dicom; transfer-syntax=1.2.840')
    expect(mediaTypeOfSyntax('application/dicom', '1.2\r\nX: 1')).toBe('application/dicom')
  })
})
