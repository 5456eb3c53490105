import type { Predicate } from '@vna/catalog'
import type { Sql, Transaction } from '@vna/database'
import { appendEvents, CatalogError, cleanInteger, cleanJson, runTransaction, SqlText } from '@vna/database'
import type { OrderIdentifier, ReportFacts } from '@vna/fse'
import { isAddendumToHidden, readAppended, readChain } from './read-chain.ts'
import { type NewReport, type ReportState, reportIdOf } from './report.ts'
import { placeInChain } from './report-chain.ts'
import { compileReportScope } from './report-scope.ts'

export interface ReceivedReport {
  readonly id: string
  readonly isNew: boolean
  readonly state: ReportState
  /** Ids of the versions that this one ended. */
  readonly ended: readonly string[]
}

export interface ReceiveOptions {
  readonly recordEvent?: boolean | undefined
  /** Reports that this one may name as its other versions, or complete; absent: all of its origin. */
  readonly within?: Predicate | undefined
}

/** One version of the same origin at a time, so that two of one chain see each other. */
const receivingLock = 7_237_011

/**
 * Keeps a report with its keys and its place among the versions of the same report, due to be evaluated. The same bytes of
 * the same origin again change nothing.
 */
export async function receiveReport(sql: Sql, given: NewReport, options: ReceiveOptions = {}): Promise<ReceivedReport> {
  const report = { ...given, facts: cleanJson(given.facts) as ReportFacts }
  const id = reportIdOf({ origin: report.origin, uniqueId: report.facts.uniqueId, sha256: report.sha256 })
  return runTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(${receivingLock}::int, hashtext(${report.origin}))`
    const [known] = await tx<{ state: ReportState }[]>`select state from reports where id = ${id}::uuid`
    if (known !== undefined) return { id, isNew: false, state: known.state, ended: [] }
    const chain = await readChain(tx, report)
    await assertWithin(tx, [...chain.map((member) => member.id), ...(await readAppended(tx, report))], options.within)
    const { state, ends, endsAs, ...place } = placeInChain(report, chain)
    const isHidden = place.isHidden || (await isAddendumToHidden(tx, report))
    await insertReport(tx, { ...report, id, state, isHidden })
    await insertKeys(tx, id, report.facts)
    if (ends.length > 0) {
      await tx`update reports set state = ${endsAs}, due_at = now()
        where id = any(string_to_array(${ends.join(' ')}, ' ')::uuid[])`
    }
    if (options.recordEvent !== false) {
      const payload = { ...report, id, receivedAt: report.receivedAt.toISOString() }
      await appendEvents(tx, [{ type: 'report-received', payload }])
    }
    return { id, isNew: true, state, ended: ends }
  })
}

/** Who may decide about some reports takes back, corrects and completes none but those. */
async function assertWithin(tx: Transaction, ids: readonly string[], within: Predicate | undefined): Promise<void> {
  if (within === undefined || ids.length === 0) return
  const text = new SqlText()
  text.add(`select count(*)::int as reached from reports r where ${compileReportScope(within, text)}`)
  text.add(`and r.id = any(string_to_array(${text.param(ids.join(' '))}, ' ')::uuid[])`)
  const [row] = await tx.unsafe<{ reached: number }[]>(text.toString(), text.params)
  if (row?.reached !== new Set(ids).size) {
    throw new CatalogError('not-found', 'the report names another one that is not there')
  }
}

async function insertReport(
  tx: Transaction,
  report: NewReport & { id: string; state: ReportState; isHidden: boolean },
): Promise<void> {
  const { facts } = report
  await tx`
    insert into reports (id, received_at, due_at, size_bytes, version, visibility, origin, source, format, state, unique_id,
      set_id, type, confidentiality, study_instance_uid, document_key, content_type, sha256, facts)
    values (${report.id}::uuid, ${report.receivedAt.toISOString()}::timestamptz, now(), ${report.sizeBytes}::bigint,
      ${cleanInteger(facts.version)}::int, greatest(decided_visibility('report', ${report.id}), ${report.isHidden ? 1 : 0}::smallint), ${report.origin}, ${report.source},
      ${facts.format}, ${report.state}, ${facts.uniqueId}, ${facts.setId ?? null}, ${facts.type ?? null},
      ${facts.confidentiality ?? null}, ${report.studyInstanceUid ?? null}, ${report.documentKey}, ${report.contentType},
      decode(${report.sha256}, 'hex'), ${JSON.stringify(facts)}::text::jsonb)`
}

async function insertKeys(tx: Transaction, id: string, facts: ReportFacts): Promise<void> {
  await tx`
    insert into report_keys (report_id, kind, value, issuer)
    select distinct ${id}::uuid, r.kind, left(r.value, 256), left(r.issuer, 256)
    from json_to_recordset(${JSON.stringify(reportKeysOf(facts))}::text::json) as r (kind text, value text, issuer text)
    on conflict do nothing`
}

export interface ReportKey {
  readonly kind: 'study' | 'accession' | 'placer' | 'filler' | 'prescription' | 'patient' | 'replaces' | 'alias'
  readonly value: string
  readonly issuer: string
}

function reportKeysOf(facts: ReportFacts): readonly ReportKey[] {
  const bare = (kind: ReportKey['kind'], values: readonly string[]): readonly ReportKey[] =>
    values.map((value) => ({ kind, value, issuer: '' }))
  const numbers = (kind: ReportKey['kind'], values: readonly OrderIdentifier[]): readonly ReportKey[] =>
    values.map(({ value, issuer }) => ({ kind, value, issuer: issuer ?? '' }))
  return [
    ...bare('study', facts.studyInstanceUids),
    ...numbers('accession', facts.accessions),
    ...numbers('placer', facts.placerOrders),
    ...numbers('filler', facts.fillerOrders),
    ...bare('prescription', facts.prescriptions),
    ...numbers('patient', facts.patientIdentifiers),
    ...bare('replaces', facts.replaces),
    ...bare('alias', facts.aliases ?? []),
  ]
}
