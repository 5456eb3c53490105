import { AccessError, type Grant, type Principal } from '@vna/access'
import { reportContentTypes } from '@vna/fse'
import { clientAddressOf, getCaller, ProblemError } from '@vna/http'
import type { ReceivedReport } from '@vna/record'
import { type TransmissionReason, transmissionReasonOf } from '@vna/transmissions'
import type { Request, Response, Router } from 'express'
import { sendJson } from '../http/exchange.ts'
import type { LinkerDependencies } from '../linker-dependencies.ts'
import { linkAnswer, linkStatesOf } from '../linking/report-answers.ts'
import type { BodyBudget } from './body-budget.ts'
import { type IntakeDependencies, originOf, receiveReport } from './receive-report.ts'
import { refusalOf } from './refusal-of.ts'

type RouteDependencies = LinkerDependencies & IntakeDependencies & { readonly budget: BodyBudget }

/** `POST /reports`: 201 for a new report, 200 for one that is known, with its links as they are now. */
export function mountIntakeRoutes(router: Router, dependencies: RouteDependencies): void {
  router.post('/reports', (request, response) => post(dependencies, request, response))
}

async function post(dependencies: RouteDependencies, request: Request, response: Response): Promise<void> {
  const caller = getCaller(request)
  const grant = await dependencies.access.authorize(
    caller,
    { kind: 'store-report' },
    { resource: 'report' },
    'by-caller',
  )
  const startedAt = new Date()
  const outcome = { bytes: 0, reason: undefined as TransmissionReason | undefined }
  try {
    const received = await receive(dependencies, request, { grant, outcome })
    await grant.record('allowed', { reportId: received.id, isNew: received.isNew })
    await answer(dependencies, response, { grant, received })
  } catch (error) {
    outcome.reason = reasonOf(error)
    await recordRefusal(grant, error)
    throw error
  } finally {
    recordTransmission(dependencies, { principal: caller.principal, request, startedAt, ...outcome })
  }
}

async function receive(
  dependencies: RouteDependencies,
  request: Request,
  o: { readonly grant: Grant; readonly outcome: { bytes: number } },
): Promise<ReceivedReport> {
  const contentType = request.headers['content-type'] ?? ''
  const held = await dependencies.budget.read(request, originOf(o.grant))
  o.outcome.bytes = held.bytes.length
  try {
    const { bytes } = held
    const { predicate: within } = o.grant
    return await receiveReport(dependencies, { origin: originOf(o.grant), source: 'http', contentType, bytes, within })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal instanceof ProblemError && refusal.code === 'unsupported-media-type') {
      throw new ProblemError(refusal.code, refusal.message, { extensions: { accepted: reportContentTypes } })
    }
    throw refusal
  } finally {
    held.release()
  }
}

async function answer(
  { healthRecord }: RouteDependencies,
  response: Response,
  { grant, received }: { readonly grant: Grant; readonly received: ReceivedReport },
): Promise<void> {
  const { id, isNew, state } = received
  // Who sent it may know of the doubtful ones too, where the studies are its own; the health record of links only.
  const links = await healthRecord.reports.listLinks({ reportId: id, states: linkStatesOf(grant) }, grant.predicate)
  response.status(isNew ? 201 : 200).set('location', `/reports/${id}`)
  sendJson(response, { id, state, links: links.map(linkAnswer) })
}

/** A report that its sender may not speak of is in the audit trail before that is told. */
async function recordRefusal(grant: Grant, error: unknown): Promise<void> {
  if (error instanceof AccessError && error.reason !== undefined) await grant.record('denied', { reason: error.reason })
  if (error instanceof ProblemError && error.code === 'not-found') await grant.record('not-found')
}

function reasonOf(error: unknown): TransmissionReason {
  if (error instanceof ProblemError && error.extensions.reason !== undefined) {
    return transmissionReasonOf(error.extensions.reason)
  }
  return transmissionReasonOf(error)
}

function recordTransmission(
  { transmissions }: RouteDependencies,
  o: { principal: Principal; request: Request; startedAt: Date; bytes: number; reason: TransmissionReason | undefined },
): void {
  const { principal, request, reason } = o
  transmissions.record({
    direction: 'in',
    protocol: 'reports',
    entityCode: principal.entityCode,
    client: principal.subject,
    peer: clientAddressOf(request),
    startedAt: o.startedAt,
    endedAt: new Date(),
    bytes: o.bytes,
    instances: reason === undefined ? 1 : 0,
    failures: reason === undefined ? 0 : 1,
    outcome: reason === undefined ? 'complete' : 'failed',
    reason,
  })
}
