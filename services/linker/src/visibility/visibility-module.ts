import type { Grant } from '@vna/access'
import { isStorableUid } from '@vna/dicom'
import { getCaller, ProblemError } from '@vna/http'
import type { VisibilityKind } from '@vna/record'
import type { Request, Response, Router } from 'express'
import { z } from 'zod'
import { readJson } from '../http/read-json.ts'
import type { LinkerDependencies, LinkerModule } from '../linker-dependencies.ts'

const maxBodyBytes = 4096

const bodySchema = z.strictObject({ visibility: z.enum(['normal', 'hidden']) })
const reportId = z.uuid()

type VisibilityDependencies = Pick<LinkerDependencies, 'healthRecord' | 'access'>

/** Hides studies and reports, and shows them again, as the health record decides. */
export function createVisibilityModule(dependencies: VisibilityDependencies): LinkerModule {
  return { mount: (router) => mountRoutes(router, dependencies) }
}

function mountRoutes(router: Router, dependencies: VisibilityDependencies): void {
  // Who may not decide is told so before the body is read.
  const json = readJson(maxBodyBytes)
  router.put('/fse/v1/studies/:id/visibility', allow(dependencies, 'study'), json, put(dependencies, 'study'))
  router.put('/fse/v1/reports/:id/visibility', allow(dependencies, 'report'), json, put(dependencies, 'report'))
}

/** The entry of what is allowed tells the decision, which the body holds. */
function allow({ access }: VisibilityDependencies, kind: VisibilityKind) {
  return async (request: Request, _response: Response, next: () => void): Promise<void> => {
    const object = { kind, id: idOf(request, kind) }
    grants.set(request, await access.authorize(getCaller(request), { kind: 'set-visibility' }, object, 'by-caller'))
    next()
  }
}

const grants = new WeakMap<Request, Grant>()

/**
 * 204 whether the thing is there or not: what has not come yet will be hidden when it comes, and nobody learns which it is.
 * Who acts for one patient decides about what is known to be of that patient: of anything else the answer is 404.
 */
function put({ healthRecord }: VisibilityDependencies, kind: VisibilityKind) {
  return async (request: Request, response: Response): Promise<void> => {
    const { principal } = getCaller(request)
    const id = idOf(request, kind)
    const body = bodySchema.safeParse(request.body)
    if (!body.success) throw new ProblemError('bad-request', 'the body is {"visibility": "normal" | "hidden"}')
    const { visibility } = body.data
    const grant = grants.get(request)
    if (grant === undefined) throw new Error('nobody allowed this')
    if (!(await isReached(healthRecord, grant, { kind, id }))) {
      await grant.record('not-found', { visibility })
      throw new ProblemError('not-found', `there is no such ${kind}`)
    }
    // Before it is done: a decision that leaves no trace is none.
    await grant.record('allowed', { visibility })
    await healthRecord.visibility.set({ kind, id, visibility, by: principal.subject })
    response.set('cache-control', 'no-store').status(204).end()
  }
}

async function isReached(
  { reports }: VisibilityDependencies['healthRecord'],
  { predicate }: Grant,
  { kind, id }: { readonly kind: VisibilityKind; readonly id: string },
): Promise<boolean> {
  if (predicate.kind === 'all' && predicate.includeHidden === true) return true
  if (kind === 'study') return reports.isStudyShown(id, predicate)
  return (await reports.listReports({ id, limit: 1 }, predicate)).length > 0
}

function idOf(request: Request, kind: VisibilityKind): string {
  const id = String(request.params.id)
  if (kind === 'study') {
    if (!isStorableUid(id)) throw new ProblemError('invalid-uid', 'the study in the path is not a UID')
    return id
  }
  if (!reportId.safeParse(id).success) throw new ProblemError('bad-request', 'the report in the path is not a UUID')
  return id.toLowerCase()
}
