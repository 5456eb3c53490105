import { type Action, decide, type Principal } from '@vna/access'
import type { Predicate } from '@vna/catalog'
import { ProblemError } from '@vna/dicomweb'
import type { Request, Response } from 'express'
import type { LinkerParts } from '../linker-parts.ts'

/** Decides and leaves a trace of it, also of a refusal. */
export async function allow(
  { audit }: LinkerParts,
  principal: Principal,
  o: { readonly action: Action; readonly object: Readonly<Record<string, unknown>> },
): Promise<Predicate> {
  const decision = decide(principal, o.action)
  const action = o.action.kind
  const { object } = o
  if (decision.allow) {
    await audit.record({ principal, action, outcome: 'allowed', object })
    return decision.predicate
  }
  await audit.record({ principal, action, outcome: 'denied', object: { ...object, reason: decision.reason } })
  throw new ProblemError('forbidden', decision.reason)
}

export function oneText(request: Request, name: string): string | undefined {
  const value = request.query[name]
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'string') throw new ProblemError('bad-request', `${name} is given twice`)
  return value
}

export function sendJson(response: Response, body: unknown): void {
  response.set('cache-control', 'private, no-store').json(body)
}
