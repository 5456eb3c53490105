import { decide, type Principal } from '@vna/access'
import type { VisibilityKind } from '@vna/catalog'
import { isStorableUid } from '@vna/dicom'
import { ProblemError } from '@vna/dicomweb'
import express, { type Request, type Response, type Router } from 'express'
import { z } from 'zod'
import { principalOf } from '../http/principal.ts'
import type { LinkerModule, LinkerParts } from '../linker-parts.ts'

const MAX_BODY_BYTES = 4096

const bodySchema = z.strictObject({ visibility: z.enum(['normal', 'hidden']) })
const reportId = z.uuid()

type VisibilityParts = Pick<LinkerParts, 'catalog' | 'audit'>

/** Hides studies and reports, and shows them again, as the health record decides. */
export function createVisibilityModule(parts: VisibilityParts): LinkerModule {
  return { mount: (router) => mountRoutes(router, parts) }
}

function mountRoutes(router: Router, parts: VisibilityParts): void {
  // Who may not decide is told so before the body is read.
  const json = express.json({ limit: MAX_BODY_BYTES, type: 'application/json' })
  router.put('/fse/v1/studies/:id/visibility', allow(parts, 'study'), json, put(parts, 'study'))
  router.put('/fse/v1/reports/:id/visibility', allow(parts, 'report'), json, put(parts, 'report'))
}

function allow(parts: VisibilityParts, kind: VisibilityKind) {
  return async (request: Request, _response: Response, next: () => void): Promise<void> => {
    const principal = principalOf(request)
    const decision = decide(principal, { kind: 'set-visibility' })
    if (!decision.allow) {
      const { reason } = decision
      await record(parts, principal, { outcome: 'denied', object: { kind, id: idOf(request, kind), reason } })
      throw new ProblemError('forbidden', 'the token does not allow this', { extensions: { reason } })
    }
    next()
  }
}

/** 204 whether the thing is there or not: what has not come yet will be hidden when it comes, and nobody learns which it is. */
function put({ catalog, audit }: VisibilityParts, kind: VisibilityKind) {
  return async (request: Request, response: Response): Promise<void> => {
    const principal = principalOf(request)
    const id = idOf(request, kind)
    const body = bodySchema.safeParse(request.body)
    if (!body.success) throw new ProblemError('bad-request', 'the body is {"visibility": "normal" | "hidden"}')
    const { visibility } = body.data
    // Before it is done: a decision that leaves no trace is none.
    await record({ audit }, principal, { outcome: 'allowed', object: { kind, id, visibility } })
    await catalog.visibility.set({ kind, id, visibility, by: principal.subject })
    response.set('cache-control', 'no-store').status(204).end()
  }
}

async function record(
  { audit }: Pick<VisibilityParts, 'audit'>,
  principal: Principal,
  o: { outcome: 'allowed' | 'denied'; object: Readonly<Record<string, unknown>> },
): Promise<void> {
  await audit.record({ principal, action: 'set-visibility', ...o })
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
