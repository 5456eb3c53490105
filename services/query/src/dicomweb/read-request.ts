import type { Action, Grant, Principal } from '@vna/access'
import { baseUrlOf, getCaller, ProblemError, setRouteLabel } from '@vna/http'
import type { Request, Response } from 'express'
import type { DicomwebDependencies } from './dicomweb-dependencies.ts'

/** One read in progress: what its handler works with. */
export interface ReadRequest {
  readonly request: Request
  readonly response: Response
  readonly principal: Principal
  /** What the caller reaches. Its entry is written before the first byte, with what was found. */
  readonly grant: Grant
  readonly parameters: URLSearchParams
  /** Of the DICOMweb service, as the client sees it. */
  readonly baseUrl: string
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal
  readonly startedAt: Date
}

export type ReadHandler = (read: ReadRequest) => Promise<void>

/**
 * Wraps a handler in what every read has: a place among the running requests, a decision of the access rules (a denial is
 * audited before it is told), and an end when the client goes away.
 */
export function readRoute(
  dependencies: DicomwebDependencies,
  o: { label: string; kind: 'search' | 'retrieve' },
  handle: ReadHandler,
): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    setRouteLabel(response, o.label)
    const caller = getCaller(request)
    const leave = dependencies.limiter.enter(callerKeyOf(caller.principal))
    const client = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) client.abort()
    })
    try {
      const parameters = new URL(request.url, 'http://x').searchParams
      const action = actionOf(o.kind, parameters)
      const grant = await dependencies.access.authorize(
        caller,
        action,
        { route: o.label, ...viewIn(action) },
        'by-caller',
      )
      await handle({
        request,
        response,
        principal: caller.principal,
        grant,
        parameters,
        baseUrl: `${baseUrlOf(request, dependencies.fallbackHost)}/dicomweb`,
        signal: client.signal,
        startedAt: new Date(),
      })
    } finally {
      leave()
    }
  }
}

/** Whose places a request takes, whatever number of tokens it has: an entity's, or those of a caller for one person. */
export function callerKeyOf({ role, entityCode, subject, patient }: Principal): string {
  return JSON.stringify([role, entityCode ?? subject, patient])
}

/** Which version of the header a caller wants; throws `bad-request` for any other. */
export function viewOf(parameters: URLSearchParams): 'current' | 'as-received' {
  const view = parameters.get('view') ?? 'current'
  if (view === 'current' || view === 'as-received') return view
  throw new ProblemError('bad-request', 'view is current or as-received')
}

function viewIn(action: Action): { readonly view?: string } {
  return action.kind === 'retrieve' && action.view !== undefined ? { view: action.view } : {}
}

function actionOf(kind: 'search' | 'retrieve', parameters: URLSearchParams): Action {
  return kind === 'search' ? { kind } : { kind, view: viewOf(parameters) }
}
