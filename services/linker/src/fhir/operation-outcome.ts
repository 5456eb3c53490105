import type { Logger } from '@vna/runtime'
import type { ErrorRequestHandler, Response } from 'express'
import type * as r4 from 'fhir/r4.js'
import { problemOf } from '../http/problem-of.ts'

const fhirMediaType = 'application/fhir+json; charset=utf-8'

/** FHIR's IssueType for what HTTP says. */
const issueCodes: Readonly<Record<number, r4.OperationOutcomeIssue['code']>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-supported',
  406: 'not-supported',
  413: 'too-long',
  429: 'throttled',
  503: 'transient',
}

export function sendFhir(response: Response, resource: r4.FhirResource, status = 200): void {
  response
    .status(status)
    .set({ 'content-type': fhirMediaType, 'cache-control': 'private, no-store' })
    .send(Buffer.from(JSON.stringify(resource)))
}

/** Stands in an answer, beside what was found. */
export function warning(diagnostics: string): r4.OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'not-supported', diagnostics }] }
}

export function sendOutcome(response: Response, status: number, diagnostics: string): void {
  const code = issueCodes[status] ?? 'exception'
  sendFhir(response, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics }] }, status)
}

/** The one translation of errors under /fhir. */
export function fhirErrorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const { problem, headers, isOurs } = problemOf(error)
    if (isOurs) logger.error({ err: error }, 'a request failed')
    if (response.headersSent) {
      response.destroy()
      return
    }
    response.set(headers)
    sendOutcome(response, problem.status, problem.detail ?? problem.title)
  }
}
