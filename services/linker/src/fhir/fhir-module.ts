import { ProblemError } from '@vna/http'
import express, { type Request, type RequestHandler, Router } from 'express'
import type { LinkerDependencies, LinkerModule } from '../linker-dependencies.ts'
import { manifestSettingsOf } from '../publication/manifest-options.ts'
import { answerBinary, answerCapabilities, answerRead, answerSearch, type FhirDependencies } from './fhir-answers.ts'
import { fhirErrorHandler, sendOutcome } from './operation-outcome.ts'
import type { SearchedType } from './search-parameters.ts'

const maxFormBytes = 64 * 1024
const searched: readonly SearchedType[] = ['DocumentReference', 'ImagingStudy', 'Endpoint']

/** The archive as MHD Document Responder (ITI-67, ITI-68) with MADO's searches, FHIR R4 in JSON. */
export function createFhirModule(dependencies: LinkerDependencies): LinkerModule {
  const fhirParts: FhirDependencies = { ...dependencies, settings: manifestSettingsOf(dependencies.config) }
  return { mount: (router) => void router.use('/fhir', fhirRouter(fhirParts)) }
}

function fhirRouter(dependencies: FhirDependencies): Router {
  const router = Router({ caseSensitive: true })
  router.use(acceptsJson)
  router.get('/metadata', (request, response) => answerCapabilities(dependencies, request, response))
  const form = express.text({ type: 'application/x-www-form-urlencoded', limit: maxFormBytes })
  for (const type of searched) {
    router.get(`/${type}`, (request, response) => answerSearch(dependencies, type, request, response))
    router.post(`/${type}/_search`, form, (request, response) => answerSearch(dependencies, type, request, response))
    router.get(`/${type}/:id`, (request, response) => answerRead(dependencies, type, request, response))
  }
  router.get('/Binary/:id', (request, response) => answerBinary(dependencies, request, response))
  router.use((request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    sendOutcome(response, isRead ? 404 : 405, isRead ? 'there is no such resource' : 'this is not supported here')
  })
  router.use(fhirErrorHandler(dependencies.logger))
  return router
}

const acceptsJson: RequestHandler = (request, _response, next) => {
  const format = new URL(request.originalUrl, 'http://localhost').searchParams.get('_format')
  if (format !== null && !/json/.test(format)) throw notAcceptable()
  // A Binary is answered in its own media type.
  if (format === null && !request.path.startsWith('/Binary/') && !isJsonAccepted(request)) throw notAcceptable()
  next()
}

function isJsonAccepted(request: Request): boolean {
  return request.accepts(['application/fhir+json', 'application/json']) !== false
}

function notAcceptable(): ProblemError {
  return new ProblemError('not-acceptable', 'only application/fhir+json is available')
}
