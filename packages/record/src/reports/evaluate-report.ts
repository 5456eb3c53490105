import type { Sql, Transaction } from '@vna/database'
import { callersWork, rebuildLock, runTransaction, unwrapCallersWork } from '@vna/database'
import type { LinkEvidence, LinkTier, ReportFacts } from '@vna/fse'
import { type ResolvedIdentifier, resolveIdentifiers } from '../identity/resolve-identifiers.ts'
import { linksOfState, retryAfterMs, versionsAround } from './evaluation-rules.ts'
import { type CandidateStudy, findCandidates } from './find-candidates.ts'
import type { DesiredLink, LinkChange } from './link-changes.ts'
import { readChain } from './read-chain.ts'
import { type LinkDecisionKind, type ReportLink, type ReportState, reportLimits } from './report.ts'
import { findRestored } from './restore-link.ts'
import { readLinks, writeLinks } from './write-links.ts'

/** What a person said of a pair; of an earlier version of the report where `isInherited`. */
export interface KnownDecision {
  readonly studyInstanceUid: string
  readonly decision: LinkDecisionKind
  readonly by: string
  readonly reason: string
  readonly isInherited: boolean
}

/** A link of an earlier version of the same report. */
export interface InheritedLink {
  readonly studyInstanceUid: string
  readonly tier: LinkTier
  readonly score: number
  readonly evidence: readonly LinkEvidence[]
}

export interface LinkingContext {
  readonly reportId: string
  readonly facts: ReportFacts
  readonly candidates: readonly CandidateStudy[]
  readonly decisions: readonly KnownDecision[]
  readonly inherited: readonly InheritedLink[]
  /** What the cross-reference says of the identifiers of report and candidates. */
  readonly resolve: (identifier: { readonly value: string; readonly issuer: string }) => ResolvedIdentifier
}

export interface EvaluationRules {
  /** Days (YYYYMMDD) in which studies of the report's patient are looked at beside those that keys name. */
  readonly daysOf: (facts: ReportFacts) => { readonly from: string; readonly to: string } | undefined
  /** Pure; runs inside the transaction. Links that are not in the answer end. */
  readonly decide: (context: LinkingContext) => readonly DesiredLink[]
}

export interface Evaluation {
  readonly state: ReportState
  readonly changes: readonly LinkChange[]
}

interface LockedReport {
  readonly state: ReportState
  readonly origin: string
  readonly receivedAt: Date
  readonly facts: ReportFacts
}

/**
 * Works out the links of a report and writes them with their history, all under the lock of its row: whoever marks it due
 * meanwhile waits, and has it evaluated again. `undefined`: no such report.
 */
export async function evaluateReport(sql: Sql, id: string, rules: EvaluationRules): Promise<Evaluation | undefined> {
  const evaluated = async () =>
    runTransaction(sql, async (tx) => {
      const [report] = await tx<LockedReport[]>`
        select state, origin, received_at as "receivedAt", facts from reports where id = ${id}::uuid for update`
      if (report === undefined) return undefined
      const before = await readLinks(tx, id)
      const versions = versionsAround(id, report, await readChain(tx, report))
      const links = report.state === 'withdrawn' ? [] : await desiredLinks(tx, { id, report, before, versions, rules })
      const restored = report.state === 'withdrawn' ? new Set<string>() : await findRestored(tx, id)
      const desired = linksOfState(report.state, links, { before, restored })
      const changes = await writeLinks(tx, id, { before, desired })
      if (report.state !== 'current' && changes.length > 0) await markDue(tx, versions.later)
      await settleDue(tx, id, { report, desired })
      return { state: report.state, changes }
    })
  return unwrapCallersWork(evaluated)
}

async function markDue(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx`update reports set due_at = now() where id = any(string_to_array(${ids.join(' ')}, ' ')::uuid[])`
}

type Versions = ReturnType<typeof versionsAround>

async function desiredLinks(
  tx: Transaction,
  o: {
    id: string
    report: LockedReport
    before: readonly ReportLink[]
    versions: Versions
    rules: EvaluationRules
  },
): Promise<readonly DesiredLink[]> {
  const { id, report, before, versions, rules } = o
  const { facts } = report
  const persons = await resolveIdentifiers(tx, facts.patientIdentifiers.map(identifierOf))
  const { decisions, inherited } = await readDecisions(tx, id, versions.earlier)
  const candidates = await findCandidates(tx, {
    facts,
    identifiers: persons.flatMap(({ equivalents }) => equivalents),
    days: rules.daysOf(facts),
    furtherStudyUids: [...decisions, ...inherited, ...before].map(({ studyInstanceUid }) => studyInstanceUid),
  })
  const named = candidates.flatMap(({ patientIdentifiers }) => patientIdentifiers).map(identifierOf)
  const known = [...persons, ...(await resolveIdentifiers(tx, named))]
  const byKey = new Map(known.map((resolved) => [`${resolved.issuer}\n${resolved.identifier}`, resolved]))
  const resolve: LinkingContext['resolve'] = ({ value, issuer }) => {
    return byKey.get(`${issuer}\n${value}`) ?? unknownIdentifier({ issuer, identifier: value })
  }
  return callersWork(() => rules.decide({ reportId: id, facts, candidates, decisions, inherited, resolve }))
}

function unknownIdentifier(self: { issuer: string; identifier: string }): ResolvedIdentifier {
  const absent = { national: undefined, name: undefined, birthDate: undefined, sex: undefined }
  return { ...self, survivor: self, equivalents: [self], ...absent }
}

function identifierOf({ value, issuer }: { readonly value: string; readonly issuer: string }) {
  return { issuer, identifier: value }
}

/** Links and decisions of the report and of the versions before it; the newest word on a study counts. */
async function readDecisions(
  tx: Transaction,
  id: string,
  earlier: readonly string[],
): Promise<{ readonly decisions: readonly KnownDecision[]; readonly inherited: readonly InheritedLink[] }> {
  const ids = [id, ...earlier].join(' ')
  const decisions = await tx<KnownDecision[]>`
    select distinct on (d.study_instance_uid) d.study_instance_uid as "studyInstanceUid", d.decision, d.decided_by as by,
      d.reason, d.report_id <> ${id}::uuid as "isInherited"
    from link_decisions d where d.report_id = any(string_to_array(${ids}, ' ')::uuid[])
    order by d.study_instance_uid, d.report_id <> ${id}::uuid, d.decided_at desc`
  if (earlier.length === 0) return { decisions, inherited: [] }
  const inherited = await tx<InheritedLink[]>`
    select distinct on (l.study_instance_uid) l.study_instance_uid as "studyInstanceUid", l.tier, l.score, l.evidence
    from links l where l.report_id = any(string_to_array(${ids}, ' ')::uuid[]) and l.report_id <> ${id}::uuid and l.state in ('LINKED', 'SUPERSEDED')
    order by l.study_instance_uid, l.valid_from desc`
  return { decisions, inherited }
}

/** Found nothing: looked at again, less and less often, although every new study and order wakes it too. */
async function settleDue(
  tx: Transaction,
  id: string,
  { report, desired }: { readonly report: LockedReport; readonly desired: readonly DesiredLink[] },
): Promise<void> {
  const ageMs = Date.now() - report.receivedAt.getTime()
  const retryMs = retryAfterMs(report.state, { desired, ageMs })
  await tx`update reports
    set due_at = now() + ${retryMs}::bigint * interval '1 millisecond'
    where id = ${id}::uuid`
}

/**
 * Ids of reports whose time has come, each to one taker; who dies gives them back when the lease is over. None while the
 * catalog is being rebuilt.
 */
export async function takeDueReports(
  sql: Sql,
  { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number },
): Promise<readonly string[]> {
  const rows = await runTransaction(sql, async (tx) => {
    return tx<{ id: string }[]>`
      with taken as (
        select id from reports
        where (select pg_try_advisory_xact_lock_shared(${rebuildLock}::int)) and due_at <= clock_timestamp()
        order by due_at limit ${Math.min(limit, reportLimits.maxReportsPerTake)}::int
        for update skip locked)
      update reports r set due_at = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond'
      from taken where r.id = taken.id
      returning r.id`
  })
  return rows.map(({ id }) => id)
}
