import { getCaller, ProblemError } from '@vna/http'
import type { ListedPublication, PublicationState } from '@vna/record'
import type { Request, Response, Router } from 'express'
import { oneText, sendJson } from '../http/exchange.ts'
import type { LinkerDependencies } from '../linker-dependencies.ts'
import { answerReportReferences } from './report-references.ts'

const states: readonly PublicationState[] = [
  'PENDING',
  'UNRESOLVED',
  'BUILT',
  'REGISTERED',
  'WITHDRAWN',
  'FAILED_RETRYABLE',
  'FAILED_BLOCKING',
]
const uidShape = /^[0-9.]{1,64}$/

/** What operators see and ask of publications, and what a RIS asks before a report is signed. */
export function mountPublicationRoutes(router: Router, dependencies: LinkerDependencies): void {
  router.get('/fse/v1/publications', (request, response) => list(dependencies, request, response))
  router.get('/fse/v1/publications/:study', (request, response) => show(dependencies, request, response))
  router.post('/fse/v1/publications/:study/retry', (request, response) => retry(dependencies, request, response))
  router.get('/fse/v1/unresolved', (request, response) => unresolved(dependencies, request, response))
  router.get('/fse/v1/report-references', (request, response) =>
    answerReportReferences(dependencies, request, response),
  )
}

async function list(dependencies: LinkerDependencies, request: Request, response: Response): Promise<void> {
  const state = oneText(request, 'state')
  if (state !== undefined && !states.includes(state as PublicationState)) {
    throw new ProblemError('bad-request', 'there is no such state')
  }
  await dependencies.access.authorize(getCaller(request), { kind: 'operate' }, { resource: 'publications', state })
  const publications = await dependencies.healthRecord.publications.list({
    state: state as PublicationState | undefined,
    after: oneText(request, 'after'),
  })
  sendJson(response, { publications })
}

async function show(dependencies: LinkerDependencies, request: Request, response: Response): Promise<void> {
  const studyInstanceUid = studyOf(request)
  await dependencies.access.authorize(getCaller(request), { kind: 'operate' }, { studyInstanceUid })
  const publication = await getPublication(dependencies, studyInstanceUid)
  const manifests = await dependencies.healthRecord.publications.listManifests(studyInstanceUid)
  sendJson(response, {
    ...publication,
    manifests: manifests.map(
      ({ version, state, manifestUid, createdAt, registeredAt, kosReference, fhirReference }) => ({
        version,
        state,
        manifestUid,
        createdAt,
        registeredAt,
        kosReference,
        fhirReference,
      }),
    ),
  })
}

async function retry(dependencies: LinkerDependencies, request: Request, response: Response): Promise<void> {
  const studyInstanceUid = studyOf(request)
  await dependencies.access.authorize(getCaller(request), { kind: 'operate' }, { studyInstanceUid, retry: true })
  await getPublication(dependencies, studyInstanceUid)
  await dependencies.healthRecord.publications.wake({ studyInstanceUids: [studyInstanceUid], verify: true })
  response.status(202)
  sendJson(response, { studyInstanceUid, state: 'due' })
}

/** What staff may see of it; of a hidden study nothing, as of one that never came. */
async function getPublication(
  { healthRecord }: LinkerDependencies,
  studyInstanceUid: string,
): Promise<ListedPublication> {
  const [publication] = await healthRecord.publications.list({ studyInstanceUid })
  if (publication === undefined) throw new ProblemError('not-found', 'no such publication')
  return publication
}

/** By entity; an entity sees its own number only. */
async function unresolved(dependencies: LinkerDependencies, request: Request, response: Response): Promise<void> {
  const object = { resource: 'unresolved' }
  const { predicate } = await dependencies.access.authorize(getCaller(request), { kind: 'count-unresolved' }, object)
  const entityCode = predicate.kind === 'entity' ? predicate.entityCode : undefined
  const entities = await dependencies.healthRecord.publications.countUnresolved(entityCode)
  sendJson(response, { entities })
}

function studyOf(request: Request): string {
  const { study } = request.params
  if (typeof study !== 'string' || !uidShape.test(study))
    throw new ProblemError('invalid-uid', 'not a Study Instance UID')
  return study
}
