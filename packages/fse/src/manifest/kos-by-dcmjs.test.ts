import { parsePart10Prefix } from '@vna/dicom'
import dcmjs from 'dcmjs'
import { describe, expect, it } from 'vitest'
import { buildKosManifest, kosDataSet } from './build-kos-manifest.ts'
import { inventedStudy, manifestOptions, studyOf } from './testing/invented-study.ts'

function dataSetOf(file: Buffer): Buffer {
  const prefix = parsePart10Prefix(file)
  if (prefix.kind !== 'part10') throw new Error('no Part 10 file')
  return file.subarray(prefix.dataSetOffset)
}

/** dcmjs shares no code with our writer, and writes in its own way what a KOS says. */
describe('a KOS', () => {
  const accented = { ...inventedStudy().patient, name: 'Bianchì^Nicolò' }
  it.each([
    ['of all kinds of instances', inventedStudy()],
    ['of a person whose name is more than ASCII', inventedStudy({ patient: accented })],
    ['of a text longer than a short length', inventedStudy({ description: 'è'.repeat(3000) })],
    ['of many instances', studyOf(200)],
  ])('%s has the bytes that dcmjs writes', (_name, study) => {
    const file = new dcmjs.data.DicomDict({})
    file.dict = kosDataSet(study, manifestOptions())
    expect(dataSetOf(Buffer.from(file.write()))).toEqual(
      dataSetOf(Buffer.from(buildKosManifest(study, manifestOptions()))),
    )
  })

  it('reads with dcmjs', () => {
    const bytes = Uint8Array.from(buildKosManifest(studyOf(5), manifestOptions()))
    const { dict } = dcmjs.data.DicomMessage.readFile(bytes.buffer)
    const sop = ['0040A375', '00081115', '00081199'].reduce<readonly dcmjs.Item[]>(
      (items, tag) => items.flatMap((item) => (item[tag]?.Value ?? []) as readonly dcmjs.Item[]),
      [dict],
    )
    expect(sop.map((item) => item['00081155']?.Value)).toEqual(
      studyOf(5).series[0]?.instances.map(({ sopInstanceUid }) => [sopInstanceUid]),
    )
  })
})
