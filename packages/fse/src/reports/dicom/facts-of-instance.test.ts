import type { DicomJson } from '@vna/dicom'
import { describe, expect, it } from 'vitest'
import { oids } from '../../model/oids.ts'
import { anna, secondStudyUid, studyUid } from '../testing/invented-cda.ts'
import { reportFactsOfInstance } from './facts-of-instance.ts'

const text = (vr: string, ...Value: string[]) => ({ vr, Value })
const items = (...Value: DicomJson[]) => ({ vr: 'SQ', Value })

const basicTextSr: DicomJson = {
  '00080016': text('UI', '1.2.840.10008.5.1.4.1.1.88.11'),
  '00080018': text('UI', '1.2.3.4'),
  '00080020': text('DA', '20260203'),
  '00080023': text('DA', '20260204'),
  '00080033': text('TM', '112426.123'),
  '00080050': text('SH', ' ACC1 '),
  '00080051': items({ '00400032': text('UT', '1.2.9'), '00400033': text('CS', 'ISO') }),
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Bianchi^Anna' }] },
  '00100020': text('LO', 'P1'),
  '00100030': text('DA', '19750201'),
  '00101002': items({ '00100020': text('LO', anna.fiscalCode.toLowerCase()) }),
  '0020000D': text('UI', studyUid),
  '0040A043': items({ '00080100': text('SH', '18748-4'), '00080102': text('SH', 'LN') }),
  '0040A360': items({ '00081115': items({ '00081199': items({ '00081155': text('UI', '1.2.3.3') }) }) }),
  '0040A370': items({
    '0020000D': text('UI', secondStudyUid),
    '00080050': text('SH', 'ACC2'),
    '00402016': text('LO', 'PL1'),
    '00402017': text('LO', 'FI1'),
    '00321064': items({ '00080100': text('SH', 'TCTOR'), '00080102': text('SH', '99SITE') }),
  }),
}

describe('facts of a DICOM report', () => {
  it('reads a structured report with what it was asked for', () => {
    expect(reportFactsOfInstance(basicTextSr, { localPatientIssuer: 'entity:ASST-A' })).toEqual({
      format: 'dicom-sr',
      uniqueId: '1.2.3.4',
      replaces: ['1.2.3.3'],
      appends: [],
      type: '18748-4',
      patientIdentifiers: [
        { value: 'P1', issuer: 'entity:ASST-A' },
        { value: anna.fiscalCode, issuer: oids.codiceFiscale },
      ],
      patientName: 'Bianchi^Anna',
      patientBirthDate: anna.birthDate,
      studyInstanceUids: [studyUid, secondStudyUid],
      accessions: [{ value: 'ACC1', issuer: '1.2.9' }, { value: 'ACC2' }],
      placerOrders: [{ value: 'PL1' }],
      fillerOrders: [{ value: 'FI1' }],
      prescriptions: [],
      examDate: '20260203',
      modalities: [],
      procedureCodes: [{ code: 'TCTOR', system: '99SITE' }],
      facility: undefined,
      createdAt: '20260204112426',
    })
  })

  it('takes an encapsulated PDF for a report, a dose report, an image and a report of nobody for none', () => {
    const ofClass = (uid: string) => reportFactsOfInstance({ ...basicTextSr, '00080016': text('UI', uid) })
    expect(ofClass('1.2.840.10008.5.1.4.1.1.104.1')?.format).toBe('dicom-pdf')
    expect(ofClass('1.2.840.10008.5.1.4.1.1.88.67')).toBeUndefined()
    expect(ofClass('1.2.840.10008.5.1.4.1.1.2')).toBeUndefined()
    const { '00101002': _, ...withoutOthers } = basicTextSr
    expect(reportFactsOfInstance(withoutOthers)).toBeUndefined()
  })
})
