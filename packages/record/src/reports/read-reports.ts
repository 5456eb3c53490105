import { compilePredicate, type Predicate, studiesOf } from '@vna/catalog'
import type { Sql } from '@vna/database'
import { runQuery, SqlText } from '@vna/database'
import { type Report, type ReportLink, type ReportState, reportLimits } from './report.ts'
import { compileReportScope } from './report-scope.ts'

export interface ReportFilter {
  readonly id?: string | undefined
  /** Linked to this study, which the study's predicate must show. */
  readonly studyInstanceUid?: string | undefined
  readonly state?: ReportState | undefined
  readonly limit: number
  readonly offset?: number | undefined
}

export interface LinkFilter {
  readonly reportId?: string | undefined
  readonly studyInstanceUid?: string | undefined
  readonly states?: readonly ReportLink['state'][] | undefined
  readonly limit?: number | undefined
  readonly offset?: number | undefined
}

export type ReviewItem = ReportLink & {
  readonly origin: string
  readonly uniqueId: string
  readonly receivedAt: Date
}

const reportColumns = `r.id, r.origin, r.source, r.state, r.format, r.unique_id as "uniqueId", r.set_id as "setId",
  r.version, r.type, r.confidentiality, r.received_at as "receivedAt", r.size_bytes as "sizeBytes",
  r.content_type as "contentType", r.document_key as "documentKey", r.study_instance_uid as "studyInstanceUid"`

const linkColumns = `l.report_id as "reportId", l.study_instance_uid as "studyInstanceUid", l.state, l.tier, l.score,
  l.evidence, l.valid_from as "validFrom", l.decided_by as "decidedBy", l.reason`

/** Newest first; of a study those linked to it. A report in a hidden place is left out like one that does not exist. */
export async function listReports(sql: Sql, filter: ReportFilter, predicate: Predicate): Promise<readonly Report[]> {
  const text = new SqlText()
  const scope = compileReportScope(predicate, text)
  text.add(`select ${reportColumns} from reports r where ${scope} and ${originatingStudy(predicate, text)}`)
  if (filter.id !== undefined) text.add(`and r.id = ${text.param(filter.id)}::uuid`)
  if (filter.state !== undefined) text.add(`and r.state = ${text.param(filter.state)}`)
  if (filter.studyInstanceUid !== undefined) {
    const uid = text.param(filter.studyInstanceUid)
    text.add(`and r.id in (select l.report_id from links l
      where l.study_instance_uid = ${uid} and l.state = 'LINKED') and r.state <> 'withdrawn' and ${studyIsShown(uid, predicate, text)}`)
  }
  text.add(`order by r.received_at desc, r.id limit ${text.param(limitOf(filter.limit))}::int`)
  text.add(`offset ${text.param(filter.offset ?? 0)}::int`)
  return runQuery(async () => sql.unsafe<Report[]>(text.toString(), text.params, { prepare: true }))
}

/** Links whose report and study the predicate shows; a study that is not there (any more) is not shown. */
export async function listLinks(sql: Sql, filter: LinkFilter, predicate: Predicate): Promise<readonly ReportLink[]> {
  const text = new SqlText()
  text.add(`select ${linkColumns} from links l join reports r on r.id = l.report_id
    where ${compileReportScope(predicate, text)}`)
  if (filter.reportId !== undefined) text.add(`and l.report_id = ${text.param(filter.reportId)}::uuid`)
  if (filter.studyInstanceUid !== undefined) {
    text.add(`and l.study_instance_uid = ${text.param(filter.studyInstanceUid)}`)
  }
  if (filter.states !== undefined)
    text.add(`and l.state = any(string_to_array(${text.param(filter.states.join(' '))}, ' '))`)
  text.add(`and ${studyIsShown('l.study_instance_uid', predicate, text)}`)
  text.add(
    `order by l.valid_from desc, l.report_id, l.study_instance_uid limit ${text.param(limitOf(filter.limit))}::int`,
  )
  text.add(`offset ${text.param(filter.offset ?? 0)}::int`)
  return runQuery(async () => sql.unsafe<ReportLink[]>(text.toString(), text.params, { prepare: true }))
}

/** What a person has to look at, oldest first. */
export async function listReview(
  sql: Sql,
  page: { readonly limit: number; readonly offset?: number | undefined },
  predicate: Predicate,
): Promise<readonly ReviewItem[]> {
  const text = new SqlText()
  text.add(`select ${linkColumns}, r.origin, r.unique_id as "uniqueId", r.received_at as "receivedAt"
    from links l join reports r on r.id = l.report_id
    where l.state in ('REVIEW', 'REJECTED_CONFLICT') and ${compileReportScope(predicate, text)}
      and ${studyIsShown('l.study_instance_uid', predicate, text)}
    order by l.valid_from, l.report_id limit ${text.param(limitOf(page.limit))}::int
    offset ${text.param(page.offset ?? 0)}::int`)
  return runQuery(async () => sql.unsafe<ReviewItem[]>(text.toString(), text.params, { prepare: true }))
}

export async function isStudyShown(sql: Sql, studyInstanceUid: string, predicate: Predicate): Promise<boolean> {
  const text = new SqlText()
  text.add(`select ${studyIsShown(`${text.param(studyInstanceUid)}::text`, predicate, text)} as shown`)
  const [row] = await runQuery(async () => sql.unsafe<{ shown: boolean }[]>(text.toString(), text.params))
  return row?.shown === true
}

/** A report that is an instance is as hidden as the study it lies in. */
function originatingStudy(predicate: Predicate, text: SqlText): string {
  return `(r.study_instance_uid is null or ${studyIsShown('r.study_instance_uid', predicate, text)})`
}

function studyIsShown(uid: string, predicate: Predicate, text: SqlText): string {
  const shown = compilePredicate(predicate, text).map(
    (branch) => `exists (select from ${studiesOf(branch)} where md5(s.study_instance_uid)::uuid = md5(${uid})::uuid
    and s.study_instance_uid = ${uid} and s.number_of_instances > 0 and ${branch.condition})`,
  )
  return `(${shown.join(' or ')})`
}

function limitOf(limit: number | undefined): number {
  return Math.min(limit ?? reportLimits.maxReportsPerList, reportLimits.maxReportsPerList)
}
