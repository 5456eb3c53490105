import type { AccessControl } from '@vna/access'
import { createProblem, problemMediaType } from '@vna/http'
import type { Logger } from '@vna/runtime'
import express, { type ErrorRequestHandler, type Express, type Response, Router } from 'express'
import type { LinkerModule } from '../linker-parts.ts'
import { authenticate } from './caller.ts'
import { type ProblemAnswer, problemOf } from './problem-of.ts'

/** The HTTP side of the service: known callers only, the routes of all modules, and one way to say what went wrong. */
export function createLinkerApp(o: {
  access: Pick<AccessControl, 'identify'>
  modules: readonly LinkerModule[]
  logger: Logger
}): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('case sensitive routing', true)
  // Repeated parameters and no nesting: `?a[b]=c` is a name with brackets, not an object.
  app.set('query parser', 'simple')
  app.use(authenticate(o.access))
  const router = Router({ caseSensitive: true })
  for (const module of o.modules) module.mount?.(router)
  app.use(router)
  app.use((_request, response) => {
    send(response, { problem: createProblem('not-found'), headers: {}, isOurs: false })
  })
  app.use(problemHandler(o.logger))
  return app
}

function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const answer = problemOf(error)
    if (answer.isOurs) logger.error({ err: error }, 'a request failed')
    if (response.headersSent) response.destroy()
    else send(response, answer)
  }
}

/** A body still arriving cannot be told from the next request, so such a connection ends. */
function send(response: Response, { problem, headers }: ProblemAnswer): void {
  const { req: request } = response
  if (!request.complete) response.set('connection', 'close')
  response
    .status(problem.status)
    .set({ 'content-type': problemMediaType, 'cache-control': 'no-store', ...headers })
    .send(Buffer.from(JSON.stringify(problem)))
  request.resume()
}
