import type { Predicate } from '@vna/catalog'
import type { Sql } from '@vna/database'
import { runQuery } from '@vna/database'
import { countLinks, type LinkCounts } from './count-links.ts'
import { decideLink, withdrawReport } from './decide-link.ts'
import { type Evaluation, type EvaluationRules, evaluateReport, takeDueReports } from './evaluate-report.ts'
import { type CandidateQuery, type CandidateStudy, findCandidates } from './find-candidates.ts'
import {
  isStudyShown,
  type LinkFilter,
  listLinks,
  listReports,
  listReview,
  type ReportFilter,
  type ReviewItem,
} from './read-reports.ts'
import { type NewOrder, receiveOrder } from './receive-order.ts'
import { type ReceivedReport, type ReceiveOptions, receiveReport } from './receive-report.ts'
import type { LinkDecision, NewReport, Report, ReportLink } from './report.ts'
import { evaluateStudyKeys } from './study-keys.ts'

/** Reports, the numbers of studies, and the links between both. Decisions are events in their transactions. */
export interface ReportCatalog {
  /** `within`: the reports that it may name as its other versions; one that names another fails with `not-found`. */
  receiveReport(report: NewReport, options?: Pick<ReceiveOptions, 'within'>): Promise<ReceivedReport>
  /** Studies of the numbers the order names are returned, to be evaluated again. */
  receiveOrder(order: NewOrder): Promise<readonly string[]>
  takeDueReports(options: { readonly limit: number; readonly leaseMs: number }): Promise<readonly string[]>
  evaluateReport(id: string, rules: EvaluationRules): Promise<Evaluation | undefined>
  /** Ids of the reports that may belong to the study, now due; `undefined`: no such study. */
  evaluateStudyKeys(
    studyInstanceUid: string,
    options: { readonly windowDays: number },
  ): Promise<readonly string[] | undefined>
  findCandidateStudies(query: CandidateQuery): Promise<readonly CandidateStudy[]>
  decideLink(decision: LinkDecision): Promise<void>
  withdrawReport(o: { readonly id: string; readonly by: string; readonly reason: string }): Promise<boolean>
  isStudyShown(studyInstanceUid: string, predicate: Predicate): Promise<boolean>
  listReports(filter: ReportFilter, predicate: Predicate): Promise<readonly Report[]>
  listLinks(filter: LinkFilter, predicate: Predicate): Promise<readonly ReportLink[]>
  countLinks(): Promise<LinkCounts>
  listReview(
    page: { readonly limit: number; readonly offset?: number | undefined },
    predicate: Predicate,
  ): Promise<readonly ReviewItem[]>
}

export function reportMethods(sql: Sql): ReportCatalog {
  return {
    receiveReport: (report, options) => receiveReport(sql, report, { within: options?.within }),
    receiveOrder: (order) => receiveOrder(sql, order),
    takeDueReports: (options) => takeDueReports(sql, options),
    evaluateReport: (id, rules) => evaluateReport(sql, id, rules),
    evaluateStudyKeys: (uid, options) => evaluateStudyKeys(sql, uid, options),
    findCandidateStudies: (query) => runQuery(() => findCandidates(sql, query)),
    decideLink: (decision) => decideLink(sql, decision),
    withdrawReport: (o) => withdrawReport(sql, o),
    isStudyShown: (uid, predicate) => isStudyShown(sql, uid, predicate),
    listReports: (filter, predicate) => listReports(sql, filter, predicate),
    listLinks: (filter, predicate) => listLinks(sql, filter, predicate),
    countLinks: () => runQuery(() => countLinks(sql)),
    listReview: (page, predicate) => listReview(sql, page, predicate),
  }
}
