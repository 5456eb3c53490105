import { parseBulkDataPath, parseFrameList } from '@vna/dicomweb'
import { createProblemHandler, ProblemError } from '@vna/http'
import {
  answerBulkData,
  answerFrames,
  answerInstances,
  answerMetadata,
  describeInstance,
  RetrievalError,
} from '@vna/retrieval'
import express, { type ErrorRequestHandler, type Express } from 'express'
import type { DicomwebDependencies } from './dicomweb-dependencies.ts'
import { readRoute } from './read-request.ts'
import { createRetrieveHandler, type Located, type MakeAnswer } from './retrieve-handler.ts'
import { createSearchHandler } from './search-handler.ts'

const root = '/dicomweb'
const study = `${root}/studies/:study`
const series = `${study}/series/:series`
const instance = `${series}/instances/:instance`

/** The six search resources of PS3.18 table 10.6.1-2. */
const searches = [
  ['study', `${root}/studies`],
  ['series', `${root}/series`],
  ['instance', `${root}/instances`],
  ['series', `${study}/series`],
  ['instance', `${study}/instances`],
  ['instance', `${series}/instances`],
] as const

/** QIDO-RS and WADO-RS (PS3.18 10.4, 10.6) as routes. Stores do not come here: the front door passes them on. */
export function createDicomwebApp(dependencies: DicomwebDependencies): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.set('query parser', false)
  for (const [level, path] of searches) {
    app.get(
      path,
      readRoute(dependencies, { label: labelOf(path), kind: 'search' }, createSearchHandler(dependencies, level)),
    )
  }
  for (const [path, kind, makeAnswer] of retrievals(dependencies)) {
    const handler = createRetrieveHandler(dependencies, { kind, makeAnswer })
    app.get(path, readRoute(dependencies, { label: labelOf(path), kind: 'retrieve' }, handler))
  }
  app.use((request) => {
    if (request.method === 'GET' || request.method === 'HEAD')
      throw new ProblemError('not-found', 'there is no such resource')
    throw new ProblemError('method-not-allowed', 'only GET and HEAD', { headers: { allow: 'GET, HEAD' } })
  })
  app.use(problemHandler(dependencies))
  return app
}

function retrievals(
  dependencies: DicomwebDependencies,
): readonly (readonly [path: string, kind: string, make: MakeAnswer])[] {
  const metadata: MakeAnswer = (located) => answerMetadata({ ...located, sidecars: dependencies.sidecars })
  const describe = (located: Located) =>
    describeInstance(located.instances[0]!, { sidecars: dependencies.sidecars, relocate: located.relocate })
  return [
    [study, 'study', answerInstances],
    [series, 'series', answerInstances],
    [instance, 'instance', answerInstances],
    [`${study}/metadata`, 'metadata', metadata],
    [`${series}/metadata`, 'metadata', metadata],
    [`${instance}/metadata`, 'metadata', metadata],
    [
      `${instance}/frames/:frames`,
      'frames',
      async (located) => {
        const frameNumbers = parseFrameList(String(located.params.frames))
        const instanceUrl = located.urlOf(located.instances[0]!)
        return answerFrames({ ...located, frameNumbers, instanceUrl, described: await describe(located) })
      },
    ],
    [
      `${instance}/bulkdata/*path`,
      'bulk-data',
      async (located) => {
        const steps = parseBulkDataPath([located.params.path ?? ''].flat().join('/'))
        const instanceUrl = located.urlOf(located.instances[0]!)
        return answerBulkData({ ...located, steps, instanceUrl, described: await describe(located) })
      },
    ],
  ]
}

/** `/dicomweb/studies/{study}`: the metric label of a route. */
function labelOf(path: string): string {
  return path.replace(/[:*](\w+)/g, '{$1}')
}

function problemHandler(dependencies: DicomwebDependencies): ErrorRequestHandler {
  const answerProblem = createProblemHandler(dependencies.logger)
  return (error: unknown, request, response, next) => {
    // The head promised more: what is wrong cannot be said any more.
    if (error instanceof RetrievalError && response.headersSent) {
      const isClients = error.code === 'client-gone' || error.code === 'client-stalled'
      if (isClients) dependencies.logger.info({ code: error.code }, 'an answer was not taken to its end')
      else dependencies.logger.error({ err: error }, 'an answer could not be sent to its end')
      response.destroy()
      return
    }
    answerProblem(error, request, response, next)
  }
}
