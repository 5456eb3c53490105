import { assertPathUid } from '@vna/dicomweb'
import { createProblem, createProblemHandler, sendProblem } from '@vna/http'
import type { Logger, Metrics } from '@vna/runtime'
import express, { type Express, type Request, type Response } from 'express'
import type { HandleStore } from './store-handler.ts'

/** When to come back after a refusal for load (RFC 9110 10.2.3). */
const retryAfterSeconds = 5

export interface StoreAppDependencies {
  readonly handle: HandleStore
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * STOW-RS (PS3.18 10.5) as HTTP routes. Bodies are streams: no body parser is installed. To be set on `request` and
 * `checkContinue` of a server: a body that will be refused is never asked for.
 */
export function createStoreApp(dependencies: StoreAppDependencies): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.post('/dicomweb/studies', async (request, response) => {
    await answer(dependencies, request, response, '/dicomweb/studies')
  })
  app.post('/dicomweb/studies/:study', async (request, response) => {
    await answer(dependencies, request, response, '/dicomweb/studies/{study}')
  })
  app.use((_request, response) => sendProblem(response, createProblem('not-found')))
  app.use(createProblemHandler(dependencies.logger))
  return app
}

async function answer(
  dependencies: StoreAppDependencies,
  request: Request,
  response: Response,
  route: string,
): Promise<void> {
  const startedAt = performance.now()
  response.once('close', () => {
    const seconds = (performance.now() - startedAt) / 1000
    dependencies.metrics.httpRequestSeconds.observe(
      { route, method: 'POST', status: String(response.statusCode) },
      seconds,
    )
  })
  const { study } = request.params
  if (typeof study === 'string') assertPathUid(study)
  const stored = await dependencies.handle({
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
