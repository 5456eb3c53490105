import { describe, expect, it } from 'vitest'
import type { PatientIdentifier } from '../model/identifiers.ts'
import type { StudyFacts } from '../model/link.ts'
import { oids } from '../model/oids.ts'
import type { ReportFacts } from '../model/report.ts'
import { defaultLinkingOptions, linkReport } from './link-report.ts'
import type { PatientAgreement } from './patient-agreement.ts'

// Invented people. MARIO and OMOCODE are two persons whose codes differ by omocodia only.
const mario = cf('RSSMRA80A01F205X')
const omocode = cf('RSSMRA80A01F20RL')
const anna = cf('BNCNNA75B41F205Z')
const local = { value: 'P1', issuer: 'entity:ASST-A' }
const localB = { value: 'P1', issuer: 'entity:ASST-B' }
const stp = { value: 'STP0300001234567', issuer: oids.stp }
const issuerA = '2.16.840.1.113883.2.9.2.30.5.1'
const issuerB = '2.16.840.1.113883.2.9.2.30.5.2'

function cf(value: string): PatientIdentifier {
  return { value, issuer: oids.codiceFiscale }
}

function report(changes: Partial<ReportFacts> = {}): ReportFacts {
  return {
    format: 'cda2',
    uniqueId: 'r1',
    replaces: [],
    appends: [],
    patientIdentifiers: [mario],
    studyInstanceUids: [],
    accessions: [],
    placerOrders: [],
    fillerOrders: [],
    prescriptions: [],
    modalities: [],
    procedureCodes: [],
    examDate: '20260110',
    ...changes,
  }
}

function study(studyInstanceUid: string, changes: Partial<StudyFacts> = {}): StudyFacts {
  return {
    studyInstanceUid,
    patientIdentifiers: [mario],
    accessions: [],
    placerOrders: [],
    fillerOrders: [],
    modalities: ['CT'],
    procedureCodes: [],
    studyDate: '20260110',
    historical: false,
    ...changes,
  }
}

const acc = (value: string, issuer?: string) => ({ value, ...(issuer !== undefined && { issuer }) })
const a1 = acc('A1', issuerA)
const o1 = acc('O1', issuerA)
const chest = { code: '87.41', system: 'icd9' }
const head = { code: '87.03', system: 'icd9' }

/** Which states the studies get: `1:LINKED/T1`, in the order of the studies; `` for none. */
type Case = [
  name: string,
  report: Partial<ReportFacts>,
  studies: StudyFacts[],
  expected: string,
  xref?: PatientAgreement,
]

const cases: Case[] = [
  // T1: Study Instance UID
  ['UID and patient', { studyInstanceUids: ['1'] }, [study('1')], '1:LINKED/T1'],
  ['UID of two studies', { studyInstanceUids: ['1', '2'] }, [study('1'), study('2')], '1:LINKED/T1 2:LINKED/T1'],
  ['UID of one of two', { studyInstanceUids: ['1'] }, [study('1'), study('2')], '1:LINKED/T1'],
  [
    'UID, other patient',
    { studyInstanceUids: ['1'] },
    [study('1', { patientIdentifiers: [anna] })],
    '1:REJECTED_CONFLICT/T1',
  ],
  [
    'UID, study has only a local id',
    { studyInstanceUids: ['1'] },
    [study('1', { patientIdentifiers: [local] })],
    '1:REVIEW/T1',
  ],
  [
    'UID, local id resolved',
    { studyInstanceUids: ['1'] },
    [study('1', { patientIdentifiers: [local] })],
    '1:LINKED/T1',
    'same',
  ],
  [
    'UID, local id resolved to another',
    { studyInstanceUids: ['1'] },
    [study('1', { patientIdentifiers: [local] })],
    '1:REJECTED_CONFLICT/T1',
    'different',
  ],
  ['UID, report without patient', { studyInstanceUids: ['1'], patientIdentifiers: [] }, [study('1')], '1:REVIEW/T1'],
  ['UID, study without patient', { studyInstanceUids: ['1'] }, [study('1', { patientIdentifiers: [] })], '1:REVIEW/T1'],
  [
    'UID, omocodia is another person',
    { studyInstanceUids: ['1'] },
    [study('1', { patientIdentifiers: [omocode] })],
    '1:REJECTED_CONFLICT/T1',
  ],
  [
    'UID, equal local numbers of two hospitals',
    { studyInstanceUids: ['1'], patientIdentifiers: [localB] },
    [study('1', { patientIdentifiers: [local] })],
    '1:REVIEW/T1',
  ],
  [
    'UID, second identifier contradicts the first',
    { studyInstanceUids: ['1'], patientIdentifiers: [mario, local] },
    [study('1', { patientIdentifiers: [anna, local] })],
    '1:REJECTED_CONFLICT/T1',
  ],
  [
    'UID, STP before the codice fiscale is known',
    { studyInstanceUids: ['1'] },
    [study('1', { patientIdentifiers: [stp] })],
    '1:REVIEW/T1',
  ],
  [
    'UID, STP joined with the codice fiscale',
    { studyInstanceUids: ['1'] },
    [study('1', { patientIdentifiers: [stp] })],
    '1:LINKED/T1',
    'same',
  ],
  [
    'UID, study holds old and new identifier',
    { studyInstanceUids: ['1'] },
    [study('1', { patientIdentifiers: [stp, mario] })],
    '1:LINKED/T1',
  ],
  [
    'UID, homonym born on the same day',
    { studyInstanceUids: ['1'], patientIdentifiers: [], patientName: 'ROSSI^MARIO', patientBirthDate: '19800101' },
    [study('1', { patientIdentifiers: [local], patientName: 'ROSSI^MARIO', patientBirthDate: '19800101' })],
    '1:REVIEW/T1',
  ],
  ['UID of a historical study', { studyInstanceUids: ['1'] }, [study('1', { historical: true })], '1:REVIEW/T1'],
  [
    'UID of a historical study, other patient',
    { studyInstanceUids: ['1'] },
    [study('1', { historical: true, patientIdentifiers: [anna] })],
    '1:REJECTED_CONFLICT/T1',
  ],
  ['UID wins over a date far away', { studyInstanceUids: ['1'], examDate: '20200101' }, [study('1')], '1:LINKED/T1'],
  ['UID nobody has', { studyInstanceUids: ['9'], examDate: undefined }, [study('1')], ''],
  ['SR inside the study', { format: 'dicom-sr', studyInstanceUids: ['1'] }, [study('1')], '1:LINKED/T1'],
  [
    'encapsulated PDF inside the study, local ids only',
    { format: 'dicom-pdf', studyInstanceUids: ['1'], patientIdentifiers: [local] },
    [study('1', { patientIdentifiers: [local] })],
    '1:LINKED/T1',
  ],
  [
    'a stale UID, but the accession is right',
    { studyInstanceUids: ['9'], accessions: [a1] },
    [study('1', { accessions: [a1] })],
    '1:LINKED/T2',
  ],
  [
    'UID of one and accession of both',
    { studyInstanceUids: ['1'], accessions: [a1] },
    [study('1', { accessions: [a1] }), study('2', { accessions: [a1] })],
    '1:LINKED/T1 2:LINKED/T2',
  ],

  // T2: accession number
  ['accession, issuer and patient', { accessions: [a1] }, [study('1', { accessions: [a1] })], '1:LINKED/T2'],
  [
    'two studies of one accession',
    { accessions: [a1] },
    [study('1', { accessions: [a1] }), study('2', { accessions: [a1] })],
    '1:LINKED/T2 2:LINKED/T2',
  ],
  [
    'group report of two accessions',
    { accessions: [a1, acc('A2', issuerA)] },
    [study('1', { accessions: [a1] }), study('2', { accessions: [acc('A2', issuerA)] })],
    '1:LINKED/T2 2:LINKED/T2',
  ],
  [
    'one study of two accessions',
    { accessions: [acc('A2', issuerA)] },
    [study('1', { accessions: [a1, acc('A2', issuerA)] })],
    '1:LINKED/T2',
  ],
  [
    'accession, other patient',
    { accessions: [a1] },
    [study('1', { accessions: [a1], patientIdentifiers: [anna] })],
    '1:REJECTED_CONFLICT/T2',
  ],
  [
    'accession, other issuer',
    { accessions: [a1], examDate: undefined },
    [study('1', { accessions: [acc('A1', issuerB)] })],
    '',
  ],
  [
    'accession without issuer in the report',
    { accessions: [acc('A1')] },
    [study('1', { accessions: [a1] })],
    '1:LINKED/T2',
  ],
  [
    'accession without issuer in the study',
    { accessions: [a1] },
    [study('1', { accessions: [acc('A1')] })],
    '1:LINKED/T2',
  ],
  [
    'accession without issuer, two of the patient',
    { accessions: [acc('A1')] },
    [study('1', { accessions: [a1] }), study('2', { accessions: [acc('A1', issuerB)] })],
    '1:REVIEW/T2 2:REVIEW/T2',
  ],
  [
    'accession without issuer, another patient has it too',
    { accessions: [acc('A1')] },
    [study('1', { accessions: [a1] }), study('2', { accessions: [acc('A1', issuerB)], patientIdentifiers: [anna] })],
    '1:LINKED/T2',
  ],
  [
    'accession without issuer, only another patient has it',
    { accessions: [acc('A1')], examDate: undefined },
    [study('1', { accessions: [a1], patientIdentifiers: [anna] })],
    '',
  ],
  [
    'accession without issuer, patient not known',
    { accessions: [acc('A1')] },
    [study('1', { accessions: [a1], patientIdentifiers: [local] })],
    '1:REVIEW/T2',
  ],
  [
    'accession, patient not known',
    { accessions: [a1] },
    [study('1', { accessions: [a1], patientIdentifiers: [local] })],
    '1:REVIEW/T2',
  ],
  [
    'accession, patient resolved',
    { accessions: [a1] },
    [study('1', { accessions: [a1], patientIdentifiers: [local] })],
    '1:LINKED/T2',
    'same',
  ],
  [
    'accession after an unmerge',
    { accessions: [a1] },
    [study('1', { accessions: [a1], patientIdentifiers: [local] })],
    '1:REJECTED_CONFLICT/T2',
    'different',
  ],
  [
    'reused accession, years apart',
    { accessions: [a1] },
    [study('1', { accessions: [a1] }), study('2', { accessions: [a1], studyDate: '20180301' })],
    '1:LINKED/T2 2:REVIEW/T2',
  ],
  [
    'reused accession of another patient',
    { accessions: [a1] },
    [
      study('1', { accessions: [a1] }),
      study('2', { accessions: [a1], patientIdentifiers: [anna], studyDate: '20180301' }),
    ],
    '1:LINKED/T2 2:REJECTED_CONFLICT/T2',
  ],
  [
    'accession, report without a date',
    { accessions: [a1], examDate: undefined },
    [study('1', { accessions: [a1] })],
    '1:LINKED/T2',
  ],
  [
    'accession, study without a date',
    { accessions: [a1] },
    [study('1', { accessions: [a1], studyDate: undefined })],
    '1:LINKED/T2',
  ],
  [
    'accession, date at the edge of the window',
    { accessions: [a1], examDate: '20260410' },
    [study('1', { accessions: [a1] })],
    '1:LINKED/T2',
  ],
  [
    'accession, date a day past the window',
    { accessions: [a1], examDate: '20260411' },
    [study('1', { accessions: [a1] })],
    '1:REVIEW/T2',
  ],
  [
    'accession generated by the archive, on a historical study',
    { accessions: [acc('VNA1', '2.25.1')] },
    [study('1', { accessions: [{ ...acc('VNA1', '2.25.1'), generated: true }], historical: true })],
    '1:REVIEW/T2',
  ],
  [
    'an empty accession matches nothing',
    { accessions: [acc('')], examDate: undefined },
    [study('1', { accessions: [acc('')] })],
    '',
  ],
  [
    'omocodia on the accession',
    { accessions: [a1] },
    [study('1', { accessions: [a1], patientIdentifiers: [omocode] })],
    '1:REJECTED_CONFLICT/T2',
  ],

  // T3: orders and prescriptions
  ['placer order', { placerOrders: [o1] }, [study('1', { placerOrders: [o1] })], '1:LINKED/T3'],
  ['filler order', { fillerOrders: [o1] }, [study('1', { fillerOrders: [o1] })], '1:LINKED/T3'],
  ['placer is not filler', { placerOrders: [o1], examDate: undefined }, [study('1', { fillerOrders: [o1] })], ''],
  [
    'order of two studies of one accession',
    { placerOrders: [o1] },
    [study('1', { placerOrders: [o1], accessions: [a1] }), study('2', { placerOrders: [o1], accessions: [a1] })],
    '1:LINKED/T3 2:LINKED/T3',
  ],
  [
    'order of two separate studies',
    { placerOrders: [o1] },
    [study('1', { placerOrders: [o1] }), study('2', { placerOrders: [o1] })],
    '1:REVIEW/T3 2:REVIEW/T3',
  ],
  [
    'order, other patient',
    { placerOrders: [o1] },
    [study('1', { placerOrders: [o1], patientIdentifiers: [anna] })],
    '1:REJECTED_CONFLICT/T3',
  ],
  [
    'order without issuer, other patient',
    { placerOrders: [acc('O1')], examDate: undefined },
    [study('1', { placerOrders: [o1], patientIdentifiers: [anna] })],
    '',
  ],
  [
    'order, date outside the window',
    { placerOrders: [o1], examDate: '20270101' },
    [study('1', { placerOrders: [o1] })],
    '1:REVIEW/T3',
  ],
  [
    'prescription',
    { prescriptions: ['030A00000000001'] },
    [study('1', { placerOrders: [acc('030A00000000001')] })],
    '1:LINKED/T3',
  ],
  [
    'accession before order',
    { accessions: [a1], placerOrders: [o1] },
    [study('1', { accessions: [a1], placerOrders: [o1] })],
    '1:LINKED/T2',
  ],

  // T4: content, never automatic
  [
    'same day, modality and procedure',
    { modalities: ['CT'], procedureCodes: [chest] },
    [study('1', { procedureCodes: [chest] })],
    '1:REVIEW/T4',
  ],
  ['same day and modality', { modalities: ['CT'] }, [study('1')], '1:REVIEW/T4'],
  [
    'historical without accession',
    { modalities: ['CT'], procedureCodes: [chest], examDate: '20120305' },
    [study('1', { studyDate: '20120305', procedureCodes: [chest], historical: true })],
    '1:REVIEW/T4',
  ],
  ['same day, other modality', { modalities: ['MR'] }, [study('1')], ''],
  ['same day, nothing else known', {}, [study('1')], ''],
  [
    'near day with modality and procedure',
    { modalities: ['CT'], procedureCodes: [chest], examDate: '20260115' },
    [study('1', { procedureCodes: [chest] })],
    '1:REVIEW/T4',
  ],
  [
    'near day, other procedure',
    { modalities: ['CT'], procedureCodes: [head], examDate: '20260115' },
    [study('1', { procedureCodes: [chest] })],
    '',
  ],
  [
    'date at the edge of the window',
    { modalities: ['CT'], procedureCodes: [chest], examDate: '20260117' },
    [study('1', { procedureCodes: [chest] })],
    '1:REVIEW/T4',
  ],
  [
    'date a day past the window',
    { modalities: ['CT'], procedureCodes: [chest], examDate: '20260118' },
    [study('1', { procedureCodes: [chest] })],
    '',
  ],
  [
    'a date that does not exist',
    { modalities: ['CT'], procedureCodes: [chest], examDate: '20260231' },
    [study('1', { procedureCodes: [chest] })],
    '',
  ],
  [
    'content of another patient',
    { modalities: ['CT'], procedureCodes: [chest] },
    [study('1', { procedureCodes: [chest], patientIdentifiers: [anna] })],
    '',
  ],
  [
    'content of an unknown patient',
    { modalities: ['CT'], procedureCodes: [chest] },
    [study('1', { procedureCodes: [chest], patientIdentifiers: [local] })],
    '',
  ],
  [
    'content of a homonym',
    { modalities: ['CT'], patientIdentifiers: [], patientName: 'ROSSI^MARIO', patientBirthDate: '19800101' },
    [study('1', { patientIdentifiers: [local], patientName: 'ROSSI^MARIO', patientBirthDate: '19800101' })],
    '',
  ],
  ['two exams of one day', { modalities: ['CT'] }, [study('1'), study('2')], '1:REVIEW/T4 2:REVIEW/T4'],
  [
    'no guess beside a certain key',
    { studyInstanceUids: ['1'], modalities: ['CT'] },
    [study('1'), study('2')],
    '1:LINKED/T1',
  ],
  [
    'no guess beside a conflict',
    { accessions: [a1], modalities: ['CT'] },
    [study('1', { accessions: [a1], patientIdentifiers: [anna] }), study('2')],
    '1:REJECTED_CONFLICT/T2',
  ],
  [
    'content just good enough to be shown: date and facility',
    { facility: 'ASST-A' },
    [study('1', { facility: 'ASST-A' })],
    '1:REVIEW/T4',
  ],
  [
    'an accession for one study and an order for another',
    { accessions: [a1], placerOrders: [o1] },
    [study('1', { accessions: [a1] }), study('2', { placerOrders: [o1] })],
    '1:LINKED/T2 2:LINKED/T3',
  ],
  [
    'an order of one study that another patient has too',
    { placerOrders: [o1] },
    [study('1', { placerOrders: [o1] }), study('2', { placerOrders: [o1], patientIdentifiers: [anna] })],
    '1:LINKED/T3 2:REJECTED_CONFLICT/T3',
  ],
  [
    'an order number without issuer, of the patient',
    { placerOrders: [acc('O1')] },
    [study('1', { placerOrders: [o1] })],
    '1:LINKED/T3',
  ],
  [
    'an order number without issuer, of another patient',
    { placerOrders: [acc('O1')] },
    [study('1', { placerOrders: [o1], patientIdentifiers: [anna] })],
    '',
  ],
  [
    'an order of three studies, of which one has another accession',
    { placerOrders: [o1] },
    [
      study('1', { placerOrders: [o1], accessions: [a1] }),
      study('2', { placerOrders: [o1], accessions: [a1] }),
      study('3', { placerOrders: [o1], accessions: [acc('A3', issuerA)] }),
    ],
    '1:REVIEW/T3 2:REVIEW/T3 3:REVIEW/T3',
  ],
  ['nothing to look at', {}, [], ''],
]

describe('links of a report', () => {
  it.each(cases)('%s', (_name, facts, studies, expected, xref) => {
    const samePerson = () => xref ?? 'unknown'
    const links = linkReport(report(facts), studies, { ...defaultLinkingOptions, samePerson })
    expect(links.map((link) => `${link.studyInstanceUid}:${link.state}/${link.tier}`).join(' ')).toBe(expected)
  })

  it('are never made by themselves where the patient is not the same', () => {
    for (const [, facts, studies, , xref] of cases) {
      const links = linkReport(report(facts), studies, {
        ...defaultLinkingOptions,
        samePerson: () => xref ?? 'unknown',
      })
      for (const link of links.filter(({ state }) => state === 'LINKED')) {
        expect(link.evidence).toContainEqual({ key: 'patient', outcome: 'equal' })
      }
    }
  })

  it('are proposed for no withdrawn report, and for its chain by the words of each version alone', () => {
    for (const [, facts, studies] of cases) {
      expect(linkReport(report({ ...facts, withdrawn: true }), studies)).toEqual([])
    }
    const chain = { setId: 'set', uniqueId: 'r2', replaces: ['r1'], withdrawn: false }
    const links = linkReport(report({ ...chain, studyInstanceUids: ['1'] }), [study('1')])
    expect(links.map(({ state }) => state)).toEqual(['LINKED'])
    expect(linkReport(report(chain), [study('1')])).toEqual([])
  })

  it('tell why, without any value of the patient', () => {
    const [link] = linkReport(report({ accessions: [a1] }), [study('1', { accessions: [a1] })])
    expect(link?.evidence).toEqual([
      { key: 'accession', outcome: 'equal' },
      { key: 'patient', outcome: 'equal' },
      { key: 'exam-date', outcome: 'equal' },
    ])
    expect(JSON.stringify(link)).not.toContain(mario.value)
  })

  const evidenceOf = (facts: Partial<ReportFacts>, ...studies: StudyFacts[]) =>
    linkReport(report(facts), studies)[0]?.evidence.map(({ key, outcome }) => `${key} ${outcome}`)

  it('by UID say so, and whether the report came within the study', () => {
    const named = { studyInstanceUids: ['1'] }
    expect(evidenceOf(named, study('1'))).toEqual(['study-instance-uid equal', 'patient equal'])
    for (const format of ['dicom-sr', 'dicom-pdf'] as const) {
      expect(evidenceOf({ ...named, format }, study('1'))?.at(-1)).toBe('report-within-study equal')
    }
  })

  it('by a number say which, and whether it had an issuer or was ambiguous', () => {
    const bare = { accessions: [acc('A1')] }
    expect(evidenceOf(bare, study('1', bare))).toEqual([
      'accession-without-issuer equal',
      'patient equal',
      'exam-date equal',
    ])
    expect(evidenceOf(bare, study('1', bare), study('2', bare))?.[0]).toBe('accession-without-issuer ambiguous')
    expect(evidenceOf({ prescriptions: ['P1'] }, study('1', { placerOrders: [acc('P1')] }))?.[0]).toBe(
      'prescription equal',
    )
  })

  it('by content say what agreed', () => {
    expect(evidenceOf({ modalities: ['CT'] }, study('1'))).toEqual([
      'patient equal',
      'exam-date equal',
      'modality equal',
      'procedure absent',
      'facility absent',
    ])
  })
})
