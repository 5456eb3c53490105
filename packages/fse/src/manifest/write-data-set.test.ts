import dcmjs from 'dcmjs'
import { describe, expect, it } from 'vitest'
import { codeItem, element, sequence } from './elements.ts'
import { writeDataSet } from './write-data-set.ts'

describe('writeDataSet', () => {
  it('gives the bytes of dcmjs, nested, empty and long values included', () => {
    const code = { code: '113030', scheme: 'DCM', meaning: 'Manifest' }
    const dataSet = {
      ...element('0040A160', 'UT', 'è'.repeat(3000)),
      ...element('00080005', 'CS', 'ISO_IR 192'),
      ...sequence('00081111'),
      ...sequence('0040A043', codeItem(code), { ...codeItem(code), ...sequence('00081199', {}, codeItem(code)) }),
      ...element('00080050', 'SH'),
      ...element('00200013', 'IS', '7'),
      ...element('00081190', 'UR', 'https://vna.example'),
      ...element('000D1001', 'UR', 'https://viewer.example'),
    }
    const file = new dcmjs.data.DicomDict({})
    const empty = file.write().byteLength
    file.dict = dataSet
    expect(writeDataSet(dataSet)).toEqual(Buffer.from(file.write()).subarray(empty))
  })
})
