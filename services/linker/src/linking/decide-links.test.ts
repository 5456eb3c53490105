import { defaultLinkingOptions, oids, type PatientIdentifier, type ReportFacts } from '@vna/fse'
import type { CandidateStudy, InheritedLink, KnownDecision, LinkingContext, ResolvedIdentifier } from '@vna/record'
import { describe, expect, it } from 'vitest'
import { daysAround } from './days-of.ts'
import { decideLinks } from './decide-links.ts'
import { comparableIdentifiers } from './patients.ts'

const anna = { value: 'BNCNNA75B41F205W', issuer: oids.codiceFiscale }
const mario = { value: 'RSSMRA80A01F205X', issuer: oids.codiceFiscale }
const local = { value: 'L1', issuer: 'entity:A' }
const former = { value: 'L0', issuer: 'entity:A' }

type Known = Readonly<Record<string, { national?: PatientIdentifier; survivor?: PatientIdentifier }>>

/** A cross-reference of a few entries. */
function resolver(known: Known = {}): LinkingContext['resolve'] {
  return ({ value, issuer }): ResolvedIdentifier => {
    const self = { issuer, identifier: value }
    const entry = known[value]
    const identifierOf = (one: PatientIdentifier) => ({ issuer: one.issuer, identifier: one.value })
    const ownNational = issuer === oids.codiceFiscale ? self : undefined
    return {
      ...self,
      survivor: entry?.survivor === undefined ? self : identifierOf(entry.survivor),
      national: entry?.national === undefined ? ownNational : identifierOf(entry.national),
      equivalents: [self],
      name: undefined,
      birthDate: undefined,
      sex: undefined,
    }
  }
}

function study(more: Partial<CandidateStudy> = {}): CandidateStudy {
  return {
    studyInstanceUid: '1.2',
    patientIdentifiers: [anna],
    patientName: undefined,
    patientBirthDate: undefined,
    accessions: [],
    placerOrders: [],
    fillerOrders: [],
    studyDate: '20260203',
    modalities: ['CT'],
    facility: undefined,
    isMigrated: false,
    ...more,
  }
}

type Options = Partial<Omit<LinkingContext, 'facts'>> & {
  readonly patient?: PatientIdentifier
  readonly study?: Partial<CandidateStudy>
  readonly names?: readonly string[]
  readonly liveSince?: string
  /** Of the report, beside its patient and the study it names. */
  readonly exam?: Readonly<Record<string, unknown>>
}

function decide({ patient, study: changes, names, liveSince, exam, ...more }: Options = {}) {
  const facts: ReportFacts = {
    ...{ format: 'cda2', uniqueId: 'r1', replaces: [], appends: [], patientIdentifiers: [patient ?? anna] },
    ...{ studyInstanceUids: names ?? ['1.2'], accessions: [], placerOrders: [], fillerOrders: [], prescriptions: [] },
    ...{ modalities: [], procedureCodes: [], examDate: '20260203', ...exam },
  }
  const context: LinkingContext = {
    ...{ reportId: 'id', facts, candidates: [study(changes)], decisions: [], inherited: [], resolve: resolver() },
    ...more,
  }
  return decideLinks(context, { linking: defaultLinkingOptions, liveSince })
}

const word = (decision: KnownDecision['decision'], isInherited = false): KnownDecision => ({
  ...{ studyInstanceUid: '1.2', decision, by: 'olga', reason: 'seen', isInherited },
})
const inherited: readonly InheritedLink[] = [
  { studyInstanceUid: '1.2', tier: 'T2', score: 1, evidence: [{ key: 'accession', outcome: 'equal' }] },
]

describe('the links of a report', () => {
  it.each<[string, Options, string]>([
    ['by a certain key', {}, 'LINKED'],
    ['of another patient', { patient: mario }, 'REJECTED_CONFLICT'],
    ['of a local number nobody explained', { study: { patientIdentifiers: [local] } }, 'REVIEW'],
    [
      'of a local number that is explained',
      { study: { patientIdentifiers: [local] }, resolve: resolver({ L1: { national: anna } }) },
      'LINKED',
    ],
    [
      'of a local number of somebody else',
      { study: { patientIdentifiers: [local] }, resolve: resolver({ L1: { national: mario } }) },
      'REJECTED_CONFLICT',
    ],
    [
      'of a number that was merged',
      { patient: former, study: { patientIdentifiers: [local] }, resolve: resolver({ L0: { survivor: local } }) },
      'LINKED',
    ],
    ['of a number that was not', { patient: former, study: { patientIdentifiers: [local] } }, 'REJECTED_CONFLICT'],
    ['of a migrated study', { study: { isMigrated: true } }, 'REVIEW'],
    ['of a study on the last day before', { liveSince: '20260204' }, 'REVIEW'],
    ['of a study on the first day', { liveSince: '20260203' }, 'LINKED'],
    ['accepted by a person', { study: { isMigrated: true }, decisions: [word('accept')] }, 'LINKED'],
    ['accepted without any key', { names: ['9.9'], decisions: [word('accept')] }, 'LINKED'],
    ['accepted for another patient', { patient: mario, decisions: [word('accept')] }, 'REJECTED_CONFLICT'],
    ['refused by a person', { decisions: [word('refuse')] }, 'UNLINKED'],
    ['unlinked by a person', { decisions: [word('unlink')] }, 'UNLINKED'],
    ['accepted for the version before', { study: { isMigrated: true }, decisions: [word('accept', true)] }, 'LINKED'],
    ['refused for the version before, with a certain key now', { decisions: [word('refuse', true)] }, 'REVIEW'],
    ['refused for the version before, without', { names: ['9.9'], decisions: [word('refuse', true)] }, 'UNLINKED'],
    ['inherited', { names: [], inherited }, 'LINKED'],
    ['inherited by a report of another patient', { names: [], inherited, patient: mario }, 'REJECTED_CONFLICT'],
    [
      'inherited by a report of nobody known',
      { names: [], inherited, patient: { value: 'X', issuer: 'entity:B' } },
      'REVIEW',
    ],
  ])('%s', (_name, options, state) => {
    expect(decide(options).map((link) => link.state)).toEqual([state])
  })

  it('say who decided, and what was inherited', () => {
    expect(decide({ decisions: [word('accept')] })).toMatchObject([{ decidedBy: 'olga', reason: 'seen', tier: 'T1' }])
    const [link] = decide({ names: [], inherited })
    expect(link).toMatchObject({ tier: 'T2', score: 1 })
    expect(link?.evidence).toEqual([
      { key: 'accession', outcome: 'equal' },
      { key: 'patient', outcome: 'equal' },
      { key: 'inherited', outcome: 'equal' },
    ])
  })

  it('are not decided by what was said or inherited of another study', () => {
    const elsewhere = { studyInstanceUid: '9.9' }
    expect(decide({ decisions: [{ ...word('refuse'), ...elsewhere }] })).toMatchObject([
      { state: 'LINKED', tier: 'T1' },
    ])
    expect(decide({ names: [], inherited: inherited.map((link) => ({ ...link, ...elsewhere })) })).toEqual([])
  })

  const evidenceOf = (options: Options) => decide(options)[0]?.evidence.map(({ key, outcome }) => `${key} ${outcome}`)

  it('inherit nothing where a key of their own is certain', () => {
    expect(decide({ inherited })).toMatchObject([{ state: 'LINKED', tier: 'T1' }])
    expect(evidenceOf({ inherited })).toEqual(['study-instance-uid equal', 'patient equal'])
  })

  it('say again of the patient what is true now, and once that they were inherited', () => {
    const twice = inherited.map(
      (link): InheritedLink => ({
        ...link,
        evidence: [...link.evidence, { key: 'patient', outcome: 'absent' }, { key: 'inherited', outcome: 'equal' }],
      }),
    )
    expect(evidenceOf({ names: [], inherited: twice })).toEqual(['accession equal', 'patient equal', 'inherited equal'])
  })

  it('keep a word of the version before, and say where it comes from', () => {
    const accepted = { decisions: [word('accept', true)] }
    expect(decide(accepted)).toMatchObject([{ state: 'LINKED', decidedBy: 'olga' }])
    expect(evidenceOf(accepted)?.at(-1)).toBe('inherited equal')
    expect(evidenceOf({ names: ['9.9'], decisions: [word('refuse', true)] })).toEqual([
      'patient equal',
      'inherited equal',
    ])
  })

  it('have the patient as their only evidence where a person alone spoke', () => {
    const accepted = { names: ['9.9'], decisions: [word('accept')] }
    expect(decide(accepted)).toMatchObject([{ tier: 'T4', score: 0 }])
    expect(evidenceOf(accepted)).toEqual(['patient equal'])
  })

  it('do not compare procedures, which the catalog has not', () => {
    const exam = { modalities: ['CT'], procedureCodes: [{ code: '87.41', system: 'icd9' }] }
    expect(evidenceOf({ names: [], exam })).toContain('procedure absent')
  })

  it('are none where nothing speaks for one', () => {
    expect(decide({ names: [], study: { studyDate: '20200101' } })).toEqual([])
  })
})

describe('a side that stands for two persons', () => {
  it('names nobody', () => {
    const resolve = resolver({ L1: { national: anna }, L0: { national: mario } })
    expect(comparableIdentifiers([local, former], resolve)).toEqual([])
    expect(comparableIdentifiers([local], resolve)).toEqual([local, anna])
  })

  it('is not one that has two national numbers of different kinds', () => {
    const stp = { value: 'STP0300001234567', issuer: oids.stp }
    const resolve = resolver({ L1: { national: anna }, L0: { national: stp } })
    expect(comparableIdentifiers([local, former], resolve)).toEqual([local, former, anna, stp])
  })

  it('is its own number alone where nobody explained it', () => {
    expect(comparableIdentifiers([local], resolver())).toEqual([local])
  })
})

describe('the days around an exam', () => {
  it.each([
    ['20260301', 7, { from: '20260222', to: '20260308' }],
    ['20251231', 1, { from: '20251230', to: '20260101' }],
    ['2025', 1, undefined],
    [undefined, 1, undefined],
  ])('%s ± %i', (day, days, expected) => {
    expect(daysAround(day, days)).toEqual(expected)
  })
})
