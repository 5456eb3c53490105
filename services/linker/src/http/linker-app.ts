import type { AccessControl } from '@vna/access'
import { createProblem, createProblemHandler, ProblemError, sendProblem } from '@vna/http'
import type { Logger } from '@vna/runtime'
import express, { type Express, type RequestHandler, Router } from 'express'
import type { LinkerModule } from '../linker-dependencies.ts'
import { authenticate } from './authenticate.ts'
import { problemOf } from './problem-of.ts'

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
  app.use(refuseNul)
  app.use(authenticate(o.access))
  const router = Router({ caseSensitive: true })
  for (const module of o.modules) module.mount?.(router)
  app.use(router)
  app.use((_request, response) => sendProblem(response, createProblem('not-found')))
  app.use(createProblemHandler(o.logger, problemOf))
  return app
}

/** The front door refuses them too, but this listener does not rely on it: PostgreSQL takes no NUL in any text. */
const refuseNul: RequestHandler = (request, _response, next) => {
  if (/%00/.test(request.url)) throw new ProblemError('bad-request', 'the URL holds a NUL')
  next()
}
