import type { LinkEvidence, ProposedLink, StudyFacts } from '../model/link.ts'
import type { ReportFacts } from '../model/report.ts'
import { compareDates } from './exam-window.ts'
import { matchOrders } from './order-match.ts'
import { type CrossReference, noCrossReference, type PatientAgreement, patientAgreement } from './patient-agreement.ts'
import { scoreByContent } from './score-by-content.ts'

export interface LinkingOptions {
  readonly samePerson: CrossReference
  /** Exam and study may be so far apart for an accession or order number to be believed. */
  readonly orderWindowDays: number
  /** The same for a report that names no number at all. */
  readonly contentWindowDays: number
  /** Candidates by content below this are not shown to anybody. */
  readonly minContentScore: number
}

export const defaultLinkingOptions: LinkingOptions = {
  samePerson: noCrossReference,
  orderWindowDays: 90,
  contentWindowDays: 7,
  minContentScore: 0.5,
}

interface Pair {
  readonly report: ReportFacts
  readonly study: StudyFacts
  readonly patient: PatientAgreement
}

type Proposal = Omit<ProposedLink, 'studyInstanceUid'>

/**
 * Which of the candidate studies a report belongs to, with state and evidence. Precision first: only a certain key
 * together with a certain patient links by itself; everything else is shown to a person or to nobody.
 *
 * T1 Study Instance UID · T2 accession number · T3 placer or filler order, prescription · T4 patient, date and content.
 * A study has one proposal, of its first tier; content is looked at only where no key spoke.
 *
 * A withdrawn report has no proposal, whatever it names: what is linked to it already is for the caller to end (state
 * UNLINKED), and so is the chain of versions (`setId`, `replaces`, `appends`): each version is judged here by its own
 * words, and a withdrawn last version does not bring an earlier one back.
 */
export function linkReport(
  report: ReportFacts,
  candidates: readonly StudyFacts[],
  options: LinkingOptions = defaultLinkingOptions,
): readonly ProposedLink[] {
  if (report.withdrawn === true) return []
  const pairs = candidates.map((study): Pair => {
    const patient = patientAgreement(report.patientIdentifiers, study.patientIdentifiers, options.samePerson)
    return { report, study, patient }
  })
  const byUid = proposeEach(pairs, proposeByUid)
  const rest = pairs.filter(({ study }) => !byUid.some((link) => link.studyInstanceUid === study.studyInstanceUid))
  const byAccession = proposeByAccession(rest, options)
  const others = rest.filter(({ study }) => !byAccession.some((l) => l.studyInstanceUid === study.studyInstanceUid))
  const byOrder = proposeByOrder(others, options)
  const byKey = [...byUid, ...byAccession, ...byOrder]
  // A key that spoke, also against the patient, leaves no room for guessing.
  if (byKey.length > 0) return byKey
  return proposeEach(pairs, (pair) => proposeByContent(pair, options))
}

function proposeEach(pairs: readonly Pair[], propose: (pair: Pair) => Proposal | undefined): ProposedLink[] {
  return pairs.flatMap((pair) => {
    const proposal = propose(pair)
    return proposal === undefined ? [] : [proposalFor(pair, proposal)]
  })
}

function proposalFor({ study }: Pair, proposal: Proposal): ProposedLink {
  return { studyInstanceUid: study.studyInstanceUid, ...proposal }
}

function proposeByUid({ report, study, patient }: Pair): Proposal | undefined {
  if (!report.studyInstanceUids.includes(study.studyInstanceUid)) return undefined
  const evidence: LinkEvidence[] = [{ key: 'study-instance-uid', outcome: 'equal' }, patientEvidence(patient)]
  if (report.format === 'dicom-sr' || report.format === 'dicom-pdf') {
    evidence.push({ key: 'report-within-study', outcome: 'equal' })
  }
  return { tier: 'T1', score: 1, evidence, state: stateByPatient(patient, study) }
}

/** T2: one accession may have several studies (group case), and all of them are reported together. */
function proposeByAccession(pairs: readonly Pair[], options: LinkingOptions): ProposedLink[] {
  const matched = pairs
    .map((pair) => ({ ...pair, match: matchOrders(pair.report.accessions, pair.study.accessions) }))
    .filter(({ match }) => match !== 'none')
  const ofPatient = matched.filter(({ patient }) => patient === 'same')
  return matched.flatMap((pair) => {
    const { match } = pair
    // Two hospitals may count alike: a bare number of another patient says nothing.
    if (match === 'open' && pair.patient === 'different') return []
    const key = match === 'exact' ? 'accession' : 'accession-without-issuer'
    const isAmbiguous = match === 'open' && ofPatient.length > 1
    return [proposalFor(pair, proposeByNumber(pair, { tier: 'T2', key, isAmbiguous, options }))]
  })
}

/** T3: an order or prescription links when all it matches is one set, reported together: one study, or one accession. */
function proposeByOrder(pairs: readonly Pair[], options: LinkingOptions): ProposedLink[] {
  const matched = pairs.flatMap((pair) => {
    const key = orderKeyOf(pair)
    return key === undefined ? [] : [{ pair, key }]
  })
  const isAmbiguous = !isOneStudySet(
    matched.filter(({ pair }) => pair.patient === 'same').map(({ pair }) => pair.study),
  )
  return matched.flatMap(({ pair, key }) => {
    return [proposalFor(pair, proposeByNumber(pair, { tier: 'T3', key, isAmbiguous, options }))]
  })
}

function orderKeyOf({ report, study, patient }: Pair): LinkEvidence['key'] | undefined {
  const keys = [
    ['placer-order', matchOrders(report.placerOrders, study.placerOrders)],
    ['filler-order', matchOrders(report.fillerOrders, study.fillerOrders)],
    // Prescription numbers are national: no issuer is needed.
    [
      'prescription',
      report.prescriptions.some((n) => study.placerOrders.some((o) => o.value === n)) ? 'exact' : 'none',
    ],
  ] as const
  const found = keys.find(([, match]) => match === 'exact' || (match === 'open' && patient !== 'different'))
  return found?.[0]
}

function isOneStudySet(studies: readonly StudyFacts[]): boolean {
  if (studies.length <= 1) return true
  const [first, ...others] = studies.map(({ accessions }) => accessions)
  return others.every((accessions) => matchOrders(first ?? [], accessions) === 'exact')
}

interface NumberRule {
  readonly tier: 'T2' | 'T3'
  readonly key: LinkEvidence['key']
  readonly isAmbiguous: boolean
  readonly options: LinkingOptions
}

function proposeByNumber({ report, study, patient }: Pair, rule: NumberRule): Proposal {
  const date = compareDates(report.examDate, study.studyDate, rule.options.orderWindowDays)
  const evidence: LinkEvidence[] = [
    { key: rule.key, outcome: rule.isAmbiguous ? 'ambiguous' : 'equal' },
    patientEvidence(patient),
    { key: 'exam-date', outcome: date },
  ]
  const state = stateByPatient(patient, study)
  // A number that is used again after years matches the old exam too.
  const isDoubtful = rule.isAmbiguous || date === 'outside-window'
  return { tier: rule.tier, score: 1, evidence, state: state === 'LINKED' && isDoubtful ? 'REVIEW' : state }
}

function proposeByContent({ report, study, patient }: Pair, options: LinkingOptions): Proposal | undefined {
  if (patient !== 'same') return undefined
  const content = scoreByContent(report, study, options.contentWindowDays)
  if (content.score < options.minContentScore) return undefined
  return {
    tier: 'T4',
    state: 'REVIEW',
    score: content.score,
    evidence: [patientEvidence(patient), ...content.evidence],
  }
}

function stateByPatient(patient: PatientAgreement, study: StudyFacts): ProposedLink['state'] {
  if (patient === 'different') return 'REJECTED_CONFLICT'
  return patient === 'same' && !study.historical ? 'LINKED' : 'REVIEW'
}

function patientEvidence(patient: PatientAgreement): LinkEvidence {
  const outcomes = { same: 'equal', different: 'different', unknown: 'absent' } as const
  return { key: 'patient', outcome: outcomes[patient] }
}
