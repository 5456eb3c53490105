import { describe, expect, it } from 'vitest'
import { DicomwebError } from './dicomweb-error.ts'
import {
  assertStoreResponseAcceptable,
  buildStoreResponse,
  type StoreOutcome,
  storeFailureReasons,
  storeWarningReasons,
} from './store-response.ts'

const sopClassUid = '1.2.840.10008.5.1.4.1.1.2'
const stored: StoreOutcome = { kind: 'stored', sopClassUid, sopInstanceUid: '1.2.3', retrieveUrl: 'http://h/i/1.2.3' }
const failed: StoreOutcome = { kind: 'failed', sopClassUid, sopInstanceUid: '1.2.4', failureReason: 0xc000 }
const unread: StoreOutcome = { kind: 'failed', failureReason: 0xc000 }

describe('buildStoreResponse', () => {
  it('has no failure sequence when nothing failed', () => {
    const response = buildStoreResponse({ outcomes: [stored], studyUrl: 'http://h/s' })
    expect(response.status).toBe(200)
    expect(response.contentType).toBe('application/dicom+json')
    expect(JSON.parse(response.body)).toEqual({
      '00081190': { vr: 'UR', Value: ['http://h/s'] },
      '00081199': {
        vr: 'SQ',
        Value: [
          {
            '00081150': { vr: 'UI', Value: [sopClassUid] },
            '00081155': { vr: 'UI', Value: ['1.2.3'] },
            '00081190': { vr: 'UR', Value: ['http://h/i/1.2.3'] },
          },
        ],
      },
    })
  })

  it('tells failures by instance, and parts without identity apart', () => {
    const response = buildStoreResponse({ outcomes: [failed, unread, stored] })
    expect(response.status).toBe(202)
    const module = JSON.parse(response.body)
    expect(module['00081198'].Value).toEqual([
      {
        '00081150': { vr: 'UI', Value: [sopClassUid] },
        '00081155': { vr: 'UI', Value: ['1.2.4'] },
        '00081197': { vr: 'US', Value: [0xc000] },
      },
    ])
    expect(module['0008119A'].Value).toEqual([{ '00081197': { vr: 'US', Value: [0xc000] } }])
    expect(module['00081199'].Value).toHaveLength(1)
  })

  it('carries a comment of at most 64 characters', () => {
    const response = buildStoreResponse({ outcomes: [{ ...failed, errorComment: 'x'.repeat(70) }] })
    expect(JSON.parse(response.body)['00081198'].Value[0]['00000902']).toEqual({ vr: 'LO', Value: ['x'.repeat(64)] })
  })

  it('answers 202 for a warning', () => {
    const warned: StoreOutcome = { ...stored, warningReason: storeWarningReasons.coercionOfDataElements }
    const response = buildStoreResponse({ outcomes: [warned] })
    expect(response.status).toBe(202)
    expect(JSON.parse(response.body)['00081199'].Value[0]['00081196']).toEqual({ vr: 'US', Value: [0xb000] })
  })

  it('answers 409, 503 or 403 when nothing was stored', () => {
    const because = (failureReason: number): StoreOutcome => ({ kind: 'failed', failureReason })
    const status = (...reasons: number[]) => buildStoreResponse({ outcomes: reasons.map(because) }).status
    expect(status()).toBe(409)
    expect(status(storeFailureReasons.cannotUnderstand)).toBe(409)
    expect(status(storeFailureReasons.outOfResources, storeFailureReasons.cannotUnderstand)).toBe(409)
    expect(status(storeFailureReasons.outOfResources, 0xa701)).toBe(503)
    expect(status(storeFailureReasons.notAuthorized)).toBe(403)
    expect(JSON.parse(buildStoreResponse({ outcomes: [unread], studyUrl: 'http://h/s' }).body)).not.toHaveProperty(
      '00081190',
    )
  })
})

describe('assertStoreResponseAcceptable', () => {
  it('offers DICOM JSON', () => {
    for (const accept of [undefined, '', '*/*', 'application/dicom+json', 'application/json', 'application/*;q=0.1']) {
      expect(() => assertStoreResponseAcceptable(accept)).not.toThrow()
    }
    for (const accept of ['application/dicom+xml', 'text/html', 'application/dicom+json;q=0']) {
      expect(() => assertStoreResponseAcceptable(accept)).toThrow(DicomwebError)
    }
  })
})
