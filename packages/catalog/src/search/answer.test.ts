import type { Query } from '@vna/dicom'
import { describe, expect, it } from 'vitest'
import { answerOf } from './answer.ts'
import { attributesByLevel } from './attributes.ts'

const query: Query = { level: 'instance', keys: [], includeFields: 'all', offset: 0, fuzzy: false }
const attribute = (keyword: string) =>
  Object.values(attributesByLevel)
    .flat()
    .filter((one) => one.keyword === keyword)

describe('an answer', () => {
  it('keeps an attribute without value, and leaves empty groups of a name out', () => {
    const attributes = [...attribute('PatientName'), ...attribute('StudyDate')]
    expect(answerOf(query, attributes, { c0: '=山田', c1: null })).toEqual({
      '00080020': { vr: 'DA' },
      '00100010': { vr: 'PN', Value: [{ Ideographic: '山田' }] },
    })
  })

  it('splits several values', () => {
    expect(answerOf(query, attribute('ModalitiesInStudy'), { c0: 'CT\\SR' })['00080061']?.Value).toEqual(['CT', 'SR'])
  })

  it('takes only what was asked of the rest of a document', () => {
    const extra = '{"00080023":{"vr":"DA","Value":["20240101"]},"00420010":{"vr":"ST","Value":["Titolo"]}}'
    expect(Object.keys(answerOf(query, [], { extra }))).toEqual(['00080023', '00420010'])
    expect(Object.keys(answerOf({ ...query, includeFields: [0x00420010] }, [], { extra }))).toEqual(['00420010'])
    expect(answerOf({ ...query, includeFields: [] }, [], { extra })).toEqual({})
  })
})
