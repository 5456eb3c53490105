import { AccessError } from '@vna/access'
import { assertPathUid, DicomwebError } from '@vna/dicomweb'
import { createProblem, type Problem, problemMediaType, problemOfAccessError, problemOfDicomwebError } from '@vna/http'
import type { Logger, Metrics } from '@vna/runtime'
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express'
import { GatewayError } from '../gateway-error.ts'
import type { HandleStore } from './store-handler.ts'

/** When to come back after a refusal for load (RFC 9110 10.2.3). */
const retryAfterSeconds = 5

export interface StoreAppParts {
  readonly handle: HandleStore
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * STOW-RS (PS3.18 10.5) as HTTP routes. Bodies are streams: no body parser is installed. To be set on `request` and
 * `checkContinue` of a server: a body that will be refused is never asked for.
 */
export function createStoreApp(parts: StoreAppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.post('/dicomweb/studies', async (request, response) => {
    await answer(parts, request, response, '/dicomweb/studies')
  })
  app.post('/dicomweb/studies/:study', async (request, response) => {
    await answer(parts, request, response, '/dicomweb/studies/{study}')
  })
  app.use((_request, response) => sendProblem(response, createProblem('not-found')))
  app.use(problemHandler(parts.logger))
  return app
}

async function answer(parts: StoreAppParts, request: Request, response: Response, route: string): Promise<void> {
  const startedAt = performance.now()
  response.once('close', () => {
    const seconds = (performance.now() - startedAt) / 1000
    parts.metrics.httpRequestSeconds.observe({ route, method: 'POST', status: String(response.statusCode) }, seconds)
  })
  const { study } = request.params
  if (typeof study === 'string') assertPathUid(study)
  const stored = await parts.handle({
    message: request,
    studyInstanceUid: typeof study === 'string' ? study : undefined,
    acceptBody: () => {
      if (awaitsContinue(request)) response.writeContinue()
    },
  })
  if (stored.status === 503) response.setHeader('Retry-After', retryAfterSeconds)
  response.status(stored.status).type(stored.contentType).end(stored.body)
}

function awaitsContinue(request: Request): boolean {
  return request.headers.expect?.toLowerCase() === '100-continue'
}

function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const { problem, headers } = answerOf(error)
    if (problem.status >= 500 && problem.status !== 503) logger.error({ err: error }, 'store request failed')
    if (response.headersSent || response.destroyed) return request.destroy()
    // The body was not read to its end: the connection cannot be used again.
    response.setHeader('Connection', 'close')
    sendProblem(response, problem, headers)
    return undefined
  }
}

type Headers = Readonly<Record<string, string>>

function answerOf(error: unknown): { readonly problem: Problem; readonly headers: Headers } {
  if (error instanceof AccessError) return problemOfAccessError(error)
  return { problem: problemOf(error), headers: {} }
}

function problemOf(error: unknown): Problem {
  if (error instanceof DicomwebError) return problemOfDicomwebError(error)
  if (error instanceof GatewayError) return createProblem(error.code, error.message)
  return createProblem('internal')
}

function sendProblem(response: Response, problem: Problem, headers: Headers = {}): void {
  if (problem.status === 503) response.setHeader('Retry-After', retryAfterSeconds)
  response.status(problem.status).set(headers).type(problemMediaType).end(JSON.stringify(problem))
}
