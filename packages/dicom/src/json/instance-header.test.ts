import { describe, expect, it } from 'vitest'
import type { DicomJson } from './dicom-json.ts'
import { instanceHeaderOf } from './instance-header.ts'

const qualifiers = (oid: string): DicomJson[string] => ({
  vr: 'SQ',
  Value: [{ '00400032': { vr: 'UT', Value: [oid] } }],
})

describe('instanceHeaderOf', () => {
  it('is empty but whole for an empty data set', () => {
    expect(instanceHeaderOf({})).toEqual({
      sopClassUid: '',
      sopInstanceUid: '',
      studyInstanceUid: '',
      seriesInstanceUid: '',
      patient: { otherIds: [] },
      study: {},
      series: {},
      instance: {},
    })
  })

  it('takes UIDs, numbers, texts and names', () => {
    const header = instanceHeaderOf({
      '00080018': { vr: 'UI', Value: ['1.2.3'] },
      '00080020': { vr: 'DA', Value: ['20240131'] },
      '00080060': { vr: 'CS', Value: ['CT'] },
      '00080090': { vr: 'PN', Value: [{ Alphabetic: 'Ref^Erring' }] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'A^B', Phonetic: 'C' }] },
      '00200011': { vr: 'IS', Value: [3] },
      '00280008': { vr: 'IS', Value: ['1A'] },
      '00280010': { vr: 'US', Value: [512] },
      '00080008': { vr: 'CS', Value: ['ORIGINAL', null, 'AXIAL'] },
    })
    expect(header).toMatchObject({
      sopInstanceUid: '1.2.3',
      patient: { name: 'A^B==C' },
      study: { date: '20240131', referringPhysicianName: 'Ref^Erring' },
      series: { modality: 'CT', number: 3 },
      instance: { rows: 512, imageType: 'ORIGINAL\\AXIAL' },
    })
    expect(header.instance.numberOfFrames).toBeUndefined()
  })

  it('collects all identifiers of the patient with their issuers', () => {
    const { patient } = instanceHeaderOf({
      '00100020': { vr: 'LO', Value: ['LOCAL1'] },
      '00100021': { vr: 'LO', Value: ['ASST'] },
      '00100024': qualifiers('1.2.3'),
      '00101000': { vr: 'LO', Value: ['OLD1', 'OLD2'] },
      '00101002': {
        vr: 'SQ',
        Value: [
          {
            '00100020': { vr: 'LO', Value: ['RSSMRA80A01F205X'] },
            '00100022': { vr: 'CS', Value: ['TEXT'] },
            '00100024': qualifiers('2.16'),
          },
          { '00100021': { vr: 'LO', Value: ['no id'] } },
        ],
      },
    })
    expect(patient).toEqual({
      id: 'LOCAL1',
      issuer: 'ASST',
      issuerOid: '1.2.3',
      otherIds: [{ id: 'RSSMRA80A01F205X', issuerOid: '2.16', type: 'TEXT' }, { id: 'OLD1' }, { id: 'OLD2' }],
    })
  })

  it('takes the title of a report, the issuer of the accession number and the request', () => {
    const request: DicomJson = { '00401001': { vr: 'SH', Value: ['REQ1'] } }
    const header = instanceHeaderOf({
      '00080051': { vr: 'SQ', Value: [{ '00400031': { vr: 'UT', Value: ['RIS'] } }] },
      '0040A043': {
        vr: 'SQ',
        Value: [{ '00080100': { vr: 'SH', Value: ['113030'] }, '00080102': { vr: 'SH', Value: ['DCM'] } }],
      },
      '00400275': { vr: 'SQ', Value: [request] },
    })
    expect(header.study.issuerOfAccession).toBe('RIS')
    expect(header.instance.conceptName).toEqual({ value: '113030', scheme: 'DCM' })
    expect(header.series.requestAttributes).toEqual([request])
  })

  it('bears values of the wrong kind', () => {
    const header = instanceHeaderOf({
      '00100010': { vr: 'LO', Value: ['Plain^Name'] },
      '00101002': { vr: 'UN', InlineBinary: 'AAAA' },
      '00200013': { vr: 'IS', Value: [null] },
      '00280010': { vr: 'US', Value: ['512'] },
    })
    expect(header.patient).toEqual({ name: 'Plain^Name', otherIds: [] })
    expect(header.instance).toEqual({})
  })
})
