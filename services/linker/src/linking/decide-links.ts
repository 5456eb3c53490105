import {
  type LinkEvidence,
  type LinkingOptions,
  linkReport,
  type PatientAgreement,
  type ProposedLink,
  patientAgreement,
  type ReportFacts,
  type StudyFacts,
} from '@vna/fse'
import type { CandidateStudy, DesiredLink, InheritedLink, KnownDecision, LinkingContext } from '@vna/record'
import { comparableIdentifiers } from './patients.ts'

export interface LinkRules {
  readonly linking: LinkingOptions
  /** YYYYMMDD; studies before it are historical. */
  readonly liveSince?: string | undefined
}

const inheritedEvidence: LinkEvidence = { key: 'inherited', outcome: 'equal' }

/**
 * Which links a report has. A person's word goes before the rules, except that a wrong patient is always shown as one; what
 * an earlier version was linked to, the new one inherits where its patient agrees. Pure.
 */
export function decideLinks(context: LinkingContext, rules: LinkRules): readonly DesiredLink[] {
  const facts = comparableFacts(context)
  const studies = context.candidates.map((candidate) => studyFactsOf(candidate, context, rules))
  const proposals = new Map(
    linkReport(facts, studies, rules.linking).map((proposal) => [proposal.studyInstanceUid, proposal]),
  )
  return studies.flatMap((study) => {
    const uid = study.studyInstanceUid
    const decision = context.decisions.find(({ studyInstanceUid }) => studyInstanceUid === uid)
    const inherited = context.inherited.find(({ studyInstanceUid }) => studyInstanceUid === uid)
    const link = decideLink({
      uid,
      proposal: proposals.get(uid),
      decision,
      inherited,
      patient: patientAgreement(facts.patientIdentifiers, study.patientIdentifiers, rules.linking.samePerson),
    })
    return link === undefined ? [] : [link]
  })
}

interface Pair {
  readonly uid: string
  readonly proposal: ProposedLink | undefined
  readonly decision: KnownDecision | undefined
  readonly inherited: InheritedLink | undefined
  readonly patient: PatientAgreement
}

function decideLink(pair: Pair): DesiredLink | undefined {
  const { proposal, decision, inherited } = pair
  if (decision !== undefined)
    return decision.isInherited ? byEarlierDecision(pair, decision) : byDecision(pair, decision)
  if (inherited !== undefined && proposal?.state !== 'LINKED') return byInheritance(pair, inherited)
  return proposal
}

function byDecision(pair: Pair, { decision, by, reason }: KnownDecision): DesiredLink {
  const found = pair.proposal ?? unproposed(pair)
  const accepted = pair.patient === 'different' ? 'REJECTED_CONFLICT' : 'LINKED'
  return { ...found, state: decision === 'accept' ? accepted : 'UNLINKED', decidedBy: by, reason }
}

/** What was refused for the version before does not link by itself again, but a certain key is worth another look. */
function byEarlierDecision(pair: Pair, earlier: KnownDecision): DesiredLink {
  const link = byDecision(pair, earlier)
  const evidence = [...link.evidence, inheritedEvidence]
  if (earlier.decision === 'accept' || pair.proposal?.state !== 'LINKED') return { ...link, evidence }
  return { ...pair.proposal, state: 'REVIEW', evidence }
}

function byInheritance({ uid, patient }: Pair, { tier, score, evidence }: InheritedLink): DesiredLink {
  const states = { same: 'LINKED', different: 'REJECTED_CONFLICT', unknown: 'REVIEW' } as const
  const own = evidence.filter(({ key }) => key !== 'inherited' && key !== 'patient')
  return {
    studyInstanceUid: uid,
    state: states[patient],
    tier,
    score,
    evidence: [...own, patientEvidence(patient), inheritedEvidence],
  }
}

function unproposed({ uid, patient }: Pair): DesiredLink {
  return { studyInstanceUid: uid, state: 'REVIEW', tier: 'T4', score: 0, evidence: [patientEvidence(patient)] }
}

function patientEvidence(patient: PatientAgreement): LinkEvidence {
  const outcomes = { same: 'equal', different: 'different', unknown: 'absent' } as const
  return { key: 'patient', outcome: outcomes[patient] }
}

function comparableFacts({ facts, resolve }: LinkingContext): ReportFacts {
  return { ...facts, patientIdentifiers: comparableIdentifiers(facts.patientIdentifiers, resolve) }
}

function studyFactsOf(candidate: CandidateStudy, { resolve }: LinkingContext, rules: LinkRules): StudyFacts {
  const { isMigrated, patientIdentifiers, ...study } = candidate
  const { studyDate } = study
  const isBeforeLive = rules.liveSince !== undefined && studyDate !== undefined && studyDate < rules.liveSince
  return {
    ...study,
    patientIdentifiers: comparableIdentifiers(patientIdentifiers, resolve),
    // The catalog keeps no procedure codes of studies.
    procedureCodes: [],
    historical: isMigrated || isBeforeLive,
  }
}
