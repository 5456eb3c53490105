import { describe, expect, it } from 'vitest'
import { DicomwebError } from './dicomweb-error.ts'
import { negotiateBulkData, negotiateFrames, negotiateMetadata } from './negotiate-bulk.ts'
import { acceptedRanges, negotiateInstances, type StoredTransferSyntax } from './negotiate-instances.ts'

const implicit = { uid: '1.2.840.10008.1.2', encapsulated: false }
const explicit = { uid: '1.2.840.10008.1.2.1', encapsulated: false }
const bigEndian = { uid: '1.2.840.10008.1.2.2', encapsulated: false }
const jpegBaseline = { uid: '1.2.840.10008.1.2.4.50', encapsulated: true }
const jpegLs = { uid: '1.2.840.10008.1.2.4.80', encapsulated: true }
const unknown = { uid: '1.2.3', encapsulated: true }

const ranges = (accept?: string, acceptParameter?: string) => acceptedRanges({ accept, acceptParameter })

function instance(accept: string | undefined, stored: StoredTransferSyntax): string {
  try {
    const selection = negotiateInstances({ ranges: ranges(accept), isOneInstance: true, stored: [stored] })
    return `${selection.packaging} ${selection.encodings[0]}`
  } catch (error) {
    return error instanceof DicomwebError ? error.code : String(error)
  }
}

function frame(accept: string | undefined, stored: StoredTransferSyntax, frameCount = 1): string {
  try {
    const selection = negotiateFrames({ ranges: ranges(accept), stored, frameCount })
    return `${selection.packaging} ${selection.contentType}`
  } catch (error) {
    return error instanceof DicomwebError ? error.code : String(error)
  }
}

describe('negotiateInstances', () => {
  it.each([
    // what OHIF and dicomweb-client send
    ['multipart/related; type="application/dicom"; transfer-syntax=*', jpegBaseline, 'multipart as-stored'],
    ['multipart/related; type=application/dicom; transfer-syntax=*', implicit, 'multipart as-stored'],
    ['multipart/related; type="application/dicom"; boundary=**', implicit, 'multipart explicit-little-endian'],
    ['multipart/related; type="application/dicom"', jpegBaseline, 'not-acceptable'],
    ['multipart/related; type=application/octet-stream; transfer-syntax=*', explicit, 'not-acceptable'],
    // nothing asked
    [undefined, explicit, 'multipart as-stored'],
    ['', implicit, 'multipart explicit-little-endian'],
    ['*/*', bigEndian, 'multipart explicit-little-endian'],
    ['*/*', jpegBaseline, 'not-acceptable'],
    ['*/*', unknown, 'not-acceptable'],
    ['*/*; transfer-syntax=*', unknown, 'multipart as-stored'],
    // one part
    ['application/dicom', explicit, 'single as-stored'],
    ['application/dicom; transfer-syntax=*', bigEndian, 'single as-stored'],
    ['application/dicom;transfer-syntax="1.2.840.10008.1.2.4.50"', jpegBaseline, 'single as-stored'],
    ['application/dicom; transfer-syntax=1.2.840.10008.1.2.4.70', jpegBaseline, 'not-acceptable'],
    // preferences
    ['application/dicom;q=0.5, multipart/related; type="application/dicom"', explicit, 'multipart as-stored'],
    [
      'application/dicom, multipart/related; type="application/dicom"; transfer-syntax=*',
      jpegLs,
      'multipart as-stored',
    ],
    ['application/dicom;q=0, text/html', explicit, 'not-acceptable'],
    ['application/dicom+json', explicit, 'not-acceptable'],
    ['nonsense', explicit, 'accept-malformed'],
  ])('%s of %o', (accept, stored, expected) => {
    expect(instance(accept, stored)).toBe(expected)
  })

  it('lets the parts of a study differ, and never answers it as a single part', () => {
    const stored = [jpegBaseline, implicit]
    const accept = [
      'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.50',
      'multipart/related; type="application/dicom"; q=0.5',
    ].join(', ')
    expect(negotiateInstances({ ranges: ranges(accept), isOneInstance: false, stored })).toEqual({
      packaging: 'multipart',
      encodings: ['as-stored', 'explicit-little-endian'],
    })
    expect(() => negotiateInstances({ ranges: ranges('application/dicom'), isOneInstance: false, stored })).toThrow(
      DicomwebError,
    )
  })

  it('names what is available', () => {
    try {
      negotiateInstances({ ranges: ranges('text/html'), isOneInstance: false, stored: [jpegBaseline] })
      expect.unreachable()
    } catch (error) {
      expect((error as DicomwebError).details.available).toContain(
        'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.50',
      )
    }
  })

  it('takes the query parameter before the header', () => {
    const accepted = ranges('text/html', 'application/dicom; transfer-syntax=*')
    expect(negotiateInstances({ ranges: accepted, isOneInstance: true, stored: [jpegLs] }).packaging).toBe('single')
  })
})

describe('negotiateFrames', () => {
  it.each([
    [
      'multipart/related; type=application/octet-stream; transfer-syntax=*',
      explicit,
      'multipart application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1',
    ],
    [
      'multipart/related; type="application/octet-stream"',
      implicit,
      'multipart application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1',
    ],
    ['multipart/related; type="application/octet-stream"', jpegLs, 'not-acceptable'],
    [
      'multipart/related; type=application/octet-stream; transfer-syntax=*',
      jpegLs,
      'multipart application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80',
    ],
    [
      'multipart/related; type="image/x-jls"; transfer-syntax=1.2.840.10008.1.2.4.80',
      jpegLs,
      'multipart image/x-jls; transfer-syntax=1.2.840.10008.1.2.4.80',
    ],
    [
      'multipart/related; type="image/jpeg"',
      jpegBaseline,
      'multipart image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50',
    ],
    ['multipart/related; type="image/jpeg"; transfer-syntax=1.2.840.10008.1.2.4.70', jpegBaseline, 'not-acceptable'],
    ['multipart/related; type="image/*"', jpegBaseline, 'multipart image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50'],
    ['image/jpeg', jpegBaseline, 'single image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50'],
    ['application/octet-stream', bigEndian, 'single application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1'],
    [undefined, jpegBaseline, 'multipart image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50'],
    ['*/*', unknown, 'multipart application/octet-stream; transfer-syntax=1.2.3'],
    [
      'multipart/related; type="application/octet-stream", multipart/related; type="image/jls"',
      jpegLs,
      'multipart image/jls; transfer-syntax=1.2.840.10008.1.2.4.80',
    ],
  ])('%s of %o', (accept, stored, expected) => {
    expect(frame(accept, stored)).toBe(expected)
  })

  it('needs a multipart answer for several frames', () => {
    expect(frame('image/jpeg', jpegBaseline, 2)).toBe('not-acceptable')
    expect(frame('image/jpeg, */*;q=0.1', jpegBaseline, 2)).toMatch(/^multipart image\/jpeg/)
  })
})

describe('negotiateBulkData', () => {
  it('offers octets and the type of the document itself', () => {
    expect(negotiateBulkData({ ranges: ranges('multipart/related; type="application/octet-stream"') }).packaging).toBe(
      'multipart',
    )
    expect(negotiateBulkData({ ranges: ranges('application/pdf'), ownType: 'application/pdf' })).toEqual({
      packaging: 'single',
      partType: 'application/pdf',
      contentType: 'application/pdf',
    })
    expect(negotiateBulkData({ ranges: ranges('*/*') })).toMatchObject({
      packaging: 'multipart',
      partType: 'application/octet-stream',
    })
    expect(() => negotiateBulkData({ ranges: ranges('application/pdf') })).toThrow(DicomwebError)
  })
})

describe('negotiateMetadata', () => {
  it('is DICOM JSON under the name that was asked for', () => {
    expect(negotiateMetadata(ranges('application/dicom+json'))).toBe('application/dicom+json')
    expect(negotiateMetadata(ranges('*/*'))).toBe('application/dicom+json')
    expect(negotiateMetadata(ranges('application/json, text/plain, */*'))).toBe('application/json')
    expect(() => negotiateMetadata(ranges('application/dicom+xml'))).toThrow(DicomwebError)
  })
})
