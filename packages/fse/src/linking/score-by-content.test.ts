import { describe, expect, it } from 'vitest'
import type { StudyFacts } from '../model/link.ts'
import type { ReportFacts } from '../model/report.ts'
import { scoreByContent } from './score-by-content.ts'

const chest = { code: '87.41', system: 'icd9' }
const head = { code: '87.03', system: 'icd9' }
const exam = { modalities: ['CT'], procedureCodes: [chest], facility: 'ASST-A' }

function compared(report: Partial<ReportFacts>, study: Partial<StudyFacts>) {
  const { score, evidence } = scoreByContent(
    {
      ...{ format: 'cda2', uniqueId: 'r', replaces: [], appends: [], patientIdentifiers: [], studyInstanceUids: [] },
      ...{ accessions: [], placerOrders: [], fillerOrders: [], prescriptions: [], modalities: [], procedureCodes: [] },
      ...{ examDate: '20260110', ...report },
    },
    {
      ...{ studyInstanceUid: '1', patientIdentifiers: [], accessions: [], placerOrders: [], fillerOrders: [] },
      ...{ modalities: [], procedureCodes: [], studyDate: '20260110', historical: false, ...study },
    },
    7,
  )
  return { score, evidence: evidence.map(({ key, outcome }) => `${key} ${outcome}`) }
}

describe('the score of exam and study', () => {
  it.each<[string, Partial<ReportFacts>, Partial<StudyFacts>, number]>([
    ['all agrees', exam, exam, 1],
    ['the date alone', {}, {}, 0.4],
    ['a day in the window', { examDate: '20260112' }, {}, 0.2],
    ['date and modality', { modalities: ['CT', 'MR'] }, { modalities: ['SR', 'CT'] }, 0.65],
    ['date and procedure', { procedureCodes: [chest, head] }, { procedureCodes: [head] }, 0.65],
    ['one code of two systems', { procedureCodes: [chest] }, { procedureCodes: [{ ...chest, system: 'snm' }] }, 0.4],
    ['date and facility', { facility: 'ASST-A' }, { facility: 'ASST-A' }, 0.5],
    ['another procedure and facility', exam, { ...exam, procedureCodes: [head], facility: 'ASST-B' }, 0.65],
    ['another modality', exam, { ...exam, modalities: ['MR'] }, 0],
    ['a date outside the window', exam, { ...exam, studyDate: '20260118' }, 0],
    ['no date', { ...exam, examDate: undefined }, exam, 0],
  ])('%s', (_, report, study, score) => {
    expect(compared(report, study).score).toBe(score)
  })

  it('has evidence of everything that was compared, also where it is 0', () => {
    expect(compared(exam, exam).evidence).toEqual([
      'exam-date equal',
      'modality equal',
      'procedure equal',
      'facility equal',
    ])
    const other = { modalities: ['MR'], procedureCodes: [head], facility: 'ASST-B', studyDate: '20260112' }
    expect(compared(exam, other).evidence).toEqual([
      'exam-date within-window',
      'modality different',
      'procedure different',
      'facility different',
    ])
  })

  it('takes for absent what one side does not name', () => {
    const absent = ['exam-date equal', 'modality absent', 'procedure absent', 'facility absent']
    expect(compared(exam, {}).evidence).toEqual(absent)
    expect(compared({}, exam).evidence).toEqual(absent)
  })
})
