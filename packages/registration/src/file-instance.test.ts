import type { InstanceHeader } from '@vna/dicom'
import { describe, expect, it } from 'vitest'
import { fileInstance } from './file-instance.ts'

const ctImageStorage = '1.2.840.10008.5.1.4.1.1.2'
const colorPalette = '1.2.840.10008.5.1.4.39.1'

function header(changes: Partial<InstanceHeader>): InstanceHeader {
  return {
    ...{ sopClassUid: ctImageStorage, sopInstanceUid: '1.2.3', studyInstanceUid: '1.2', seriesInstanceUid: '1.3' },
    ...{ patient: { otherIds: [] }, study: {}, series: {}, instance: {} },
    ...changes,
  }
}

describe('where an instance belongs', () => {
  it.each<[string, Partial<InstanceHeader>]>([
    ['with all its UIDs', {}],
    ['with UIDs that do not conform but can be kept', { studyInstanceUid: '111', seriesInstanceUid: '1.02.3' }],
    ['with UIDs of 64 characters', { studyInstanceUid: `1.${'2'.repeat(62)}`, seriesInstanceUid: '1'.repeat(64) }],
    ['of a non-patient SOP class that names a study', { sopClassUid: colorPalette }],
    ['without a SOP class', { sopClassUid: '' }],
  ])('%s: the catalog', (_, changes) => {
    expect(fileInstance(header(changes))).toEqual({ kind: 'catalogued' })
  })

  it.each<[string, Partial<InstanceHeader>, string]>([
    ['without a study', { studyInstanceUid: '' }, 'missing-study-uid'],
    ['without a study and series', { studyInstanceUid: '', seriesInstanceUid: '' }, 'missing-study-uid'],
    ['without a series', { seriesInstanceUid: '' }, 'missing-series-uid'],
    [
      'without a series, in a study that cannot be kept',
      { studyInstanceUid: 'x', seriesInstanceUid: '' },
      'missing-series-uid',
    ],
    ['with a path for a study', { studyInstanceUid: '1..2' }, 'invalid-study-uid'],
    ['with a study UID of 65 characters', { studyInstanceUid: '1'.repeat(65) }, 'invalid-study-uid'],
    ['with a SOP class of 3,000 digits', { sopClassUid: '1'.repeat(3_000) }, 'invalid-sop-class-uid'],
    ['with an instance UID of 3,000 digits', { sopInstanceUid: '1'.repeat(3_000) }, 'invalid-sop-instance-uid'],
    ['with a series UID of letters', { seriesInstanceUid: '1.2a' }, 'invalid-series-uid'],
  ])('%s: set aside', (_, changes, reason) => {
    expect(fileInstance(header(changes))).toEqual({ kind: 'aside', reason })
  })

  it.each([
    ['Hanging Protocol', '1.2.840.10008.5.1.4.38.1'],
    ['Color Palette', colorPalette],
    ['Generic Implant Template', '1.2.840.10008.5.1.4.43.1'],
    ['Implant Assembly Template', '1.2.840.10008.5.1.4.44.1'],
    ['Implant Template Group', '1.2.840.10008.5.1.4.45.1'],
    ['CT Defined Procedure Protocol', '1.2.840.10008.5.1.4.1.1.200.1'],
    ['Protocol Approval', '1.2.840.10008.5.1.4.1.1.200.3'],
    ['XA Defined Procedure Protocol', '1.2.840.10008.5.1.4.1.1.200.7'],
    ['Inventory', '1.2.840.10008.5.1.4.1.1.201.1'],
  ])('%s has no study by its nature', (_, sopClassUid) => {
    expect(fileInstance(header({ sopClassUid, studyInstanceUid: '' }))).toEqual({
      kind: 'aside',
      reason: 'non-patient-object',
    })
  })
})
