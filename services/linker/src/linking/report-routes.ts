import type { Predicate } from '@vna/catalog'
import { isStorableUid } from '@vna/dicom'
import { getCaller, ProblemError } from '@vna/http'
import { isReportId, type LinkDecisionKind, type Report } from '@vna/record'
import type { Request, Response, Router } from 'express'
import { z } from 'zod'
import { oneText, sendJson } from '../http/exchange.ts'
import { readJson } from '../http/read-json.ts'
import type { LinkerDependencies } from '../linker-dependencies.ts'
import type { Evaluator } from './evaluator.ts'
import { linkAnswer, linkStatesOf, reportAnswer, reviewAnswer } from './report-answers.ts'

const maxBodyBytes = 8192
const defaultLimit = 100
const maxLimit = 500

const decisionSchema = z.strictObject({
  decision: z.enum(['accept', 'refuse', 'unlink']),
  reason: z.string().trim().min(1).max(500),
})

type RouteDependencies = LinkerDependencies & { readonly evaluator: Evaluator }

/** Reading reports and their links, the review list, and what people decide. */
export function mountReportRoutes(router: Router, dependencies: RouteDependencies): void {
  const json = readJson(maxBodyBytes)
  router.get('/reports', (request, response) => list(dependencies, request, response))
  router.get('/reports/review', (request, response) => review(dependencies, request, response))
  router.get('/reports/:id', (request, response) => show(dependencies, request, response))
  router.get('/reports/:id/document', (request, response) => sendDocument(dependencies, request, response))
  router.get('/reports/:id/studies', (request, response) => links(dependencies, request, response))
  router.post('/reports/:id/links/:study', json, (request, response) => decideOn(dependencies, request, response))
  router.delete('/reports/:id', (request, response) => withdraw(dependencies, request, response))
}

async function list(dependencies: RouteDependencies, request: Request, response: Response): Promise<void> {
  const [study, state] = [oneText(request, 'study'), oneText(request, 'state')]
  if (study !== undefined && !isStorableUid(study)) throw new ProblemError('bad-request', 'study is not a UID')
  const known = (['current', 'superseded', 'withdrawn'] as const).find((one) => one === state)
  if (state !== undefined && known === undefined) throw new ProblemError('bad-request', 'state has no such value')
  const object = { resource: 'reports', studyInstanceUid: study, state }
  const { predicate } = await dependencies.access.authorize(getCaller(request), { kind: 'search-reports' }, object)
  const filter = { studyInstanceUid: study, state: known, ...pageOf(request) }
  const reports = await dependencies.healthRecord.reports.listReports(filter, predicate)
  sendJson(response, { reports: reports.map(reportAnswer) })
}

async function review(dependencies: RouteDependencies, request: Request, response: Response): Promise<void> {
  const object = { resource: 'review' }
  const { predicate } = await dependencies.access.authorize(getCaller(request), { kind: 'decide-links' }, object)
  const items = await dependencies.healthRecord.reports.listReview(pageOf(request), predicate)
  sendJson(response, { links: items.map(reviewAnswer) })
}

async function show(dependencies: RouteDependencies, request: Request, response: Response): Promise<void> {
  const id = idOf(request)
  const object = { resource: 'report', reportId: id }
  const grant = await dependencies.access.authorize(getCaller(request), { kind: 'search-reports' }, object)
  const { predicate } = grant
  const report = await getReport(dependencies, id, predicate)
  const found = await dependencies.healthRecord.reports.listLinks(
    { reportId: id, states: linkStatesOf(grant) },
    predicate,
  )
  sendJson(response, { ...reportAnswer(report), links: found.map(linkAnswer) })
}

async function links(dependencies: RouteDependencies, request: Request, response: Response): Promise<void> {
  const id = idOf(request)
  const object = { resource: 'report-links', reportId: id }
  const grant = await dependencies.access.authorize(getCaller(request), { kind: 'search-reports' }, object)
  const { predicate } = grant
  await getReport(dependencies, id, predicate)
  const found = await dependencies.healthRecord.reports.listLinks(
    { reportId: id, states: linkStatesOf(grant) },
    predicate,
  )
  sendJson(response, { links: found.map(linkAnswer) })
}

/** Of an instance the document is the instance. */
async function sendDocument(dependencies: RouteDependencies, request: Request, response: Response): Promise<void> {
  const id = idOf(request)
  const object = { resource: 'report-document', reportId: id }
  const { predicate } = await dependencies.access.authorize(getCaller(request), { kind: 'retrieve' }, object)
  const report = await getReport(dependencies, id, predicate)
  response.set({ 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' })
  if (report.source === 'instance') {
    response.status(307).set('location', `/dicomweb/${report.documentKey}`).end()
    return
  }
  const bytes = await dependencies.store.read(report.documentKey)
  // Not by express, which would add a character set of its own to the type.
  response.setHeader('content-type', report.contentType)
  response.setHeader('content-disposition', `attachment; filename="${id}"`)
  response.setHeader('content-length', bytes.byteLength)
  response.end(bytes)
}

async function decideOn(dependencies: RouteDependencies, request: Request, response: Response): Promise<void> {
  const caller = getCaller(request)
  const id = idOf(request)
  const study = String(request.params.study)
  if (!isStorableUid(study)) throw new ProblemError('invalid-uid', 'the study in the path is not a UID')
  const body = decisionSchema.safeParse(request.body)
  if (!body.success) {
    throw new ProblemError('bad-request', 'the body is {"decision": "accept" | "refuse" | "unlink", "reason": "…"}')
  }
  const decision: LinkDecisionKind = body.data.decision
  const object = { resource: 'link', reportId: id, studyInstanceUid: study, decision }
  const { predicate } = await dependencies.access.authorize(caller, { kind: 'decide-links' }, object)
  await getReport(dependencies, id, predicate)
  await getStudy(dependencies, study, predicate)
  await dependencies.healthRecord.reports.decideLink({
    ...{ reportId: id, studyInstanceUid: study, decision },
    by: caller.principal.subject,
    reason: body.data.reason,
  })
  await dependencies.evaluator.evaluateReport(id)
  const [link] = await dependencies.healthRecord.reports.listLinks({ reportId: id, studyInstanceUid: study }, predicate)
  sendJson(response, link === undefined ? {} : linkAnswer(link))
}

async function withdraw(dependencies: RouteDependencies, request: Request, response: Response): Promise<void> {
  const caller = getCaller(request)
  const id = idOf(request)
  const reason = oneText(request, 'reason')
  if (reason === undefined) throw new ProblemError('bad-request', 'a reason is needed: ?reason=')
  const object = { resource: 'report', reportId: id, decision: 'withdraw' }
  const { predicate } = await dependencies.access.authorize(caller, { kind: 'decide-links' }, object)
  await getReport(dependencies, id, predicate)
  await dependencies.healthRecord.reports.withdrawReport({ id, by: caller.principal.subject, reason })
  await dependencies.evaluator.evaluateReport(id)
  response.set('cache-control', 'no-store').status(204).end()
}

async function getReport({ healthRecord }: RouteDependencies, id: string, predicate: Predicate): Promise<Report> {
  const [report] = await healthRecord.reports.listReports({ id, limit: 1 }, predicate)
  if (report === undefined) throw new ProblemError('not-found', 'there is no such report')
  return report
}

async function getStudy(
  { healthRecord }: RouteDependencies,
  studyInstanceUid: string,
  predicate: Predicate,
): Promise<void> {
  const isShown = await healthRecord.reports.isStudyShown(studyInstanceUid, predicate)
  if (!isShown) throw new ProblemError('not-found', 'there is no such study')
}

function idOf(request: Request): string {
  const id = String(request.params.id).toLowerCase()
  if (!isReportId(id)) throw new ProblemError('not-found', 'there is no such report')
  return id
}

function pageOf(request: Request): { readonly limit: number; readonly offset: number } {
  return { limit: numberOf(request, 'limit', defaultLimit, maxLimit), offset: numberOf(request, 'offset', 0, 1e9) }
}

function numberOf(request: Request, name: string, absent: number, max: number): number {
  const text = oneText(request, name)
  if (text === undefined) return absent
  if (!/^\d{1,9}$/.test(text)) throw new ProblemError('bad-request', `${name} is a whole number`)
  return Math.min(Number(text), max)
}
