import { type Action, type AuditAction, decide, type Principal } from '@vna/access'
import type { Predicate, ReportLinkState } from '@vna/catalog'
import { ProblemError } from '@vna/dicomweb'
import type { LinkerParts } from '../linker-parts.ts'

type AccessParts = Pick<LinkerParts, 'audit'>

/** What is done with a report, in the words of the audit trail. */
export interface Asked {
  readonly action: Extract<AuditAction, 'search' | 'retrieve' | 'operate'>
  readonly object: Readonly<Record<string, unknown>>
}

export interface Allowed {
  readonly predicate: Predicate
  /** States of links that this caller is told of: a doubtful link is for those who decide about it. */
  readonly states: readonly ReportLinkState[] | undefined
}

/**
 * Who may read reports and links: whoever may read studies, by the same predicate; operators see states and identifiers of
 * reports, not documents. Leaves a trace, also of a refusal.
 */
export async function allowReading(parts: AccessParts, principal: Principal, asked: Asked): Promise<Allowed> {
  const action: Action = asked.action === 'operate' ? { kind: 'operate' } : { kind: asked.action }
  const decision = decide(principal, action)
  const isStaff = principal.role === 'operator' || principal.role === 'admin'
  if (decision.allow || (principal.role === 'operator' && asked.action === 'search')) {
    await record(parts, principal, { asked, outcome: 'allowed' })
    const predicate: Predicate = decision.allow && !isStaff ? decision.predicate : { kind: 'all' }
    const seesAll = isStaff || principal.role === 'entity'
    return { predicate, states: seesAll ? undefined : ['LINKED'] }
  }
  await record(parts, principal, { asked, outcome: 'denied', reason: decision.reason })
  throw new ProblemError('forbidden', decision.reason)
}

/** Review and decisions: staff for all reports, an entity for its own. */
export async function allowDeciding(
  parts: AccessParts,
  principal: Principal,
  object: Asked['object'],
): Promise<Predicate> {
  const asked: Asked = { action: 'operate', object }
  if (principal.role === 'entity' && principal.entityCode !== undefined) {
    await record(parts, principal, { asked, outcome: 'allowed' })
    return { kind: 'entity', entityCode: principal.entityCode }
  }
  return (await allowReading(parts, principal, asked)).predicate
}

async function record(
  { audit }: AccessParts,
  principal: Principal,
  o: { readonly asked: Asked; readonly outcome: 'allowed' | 'denied'; readonly reason?: string },
): Promise<void> {
  const { action, object } = o.asked
  const withReason = o.reason === undefined ? object : { ...object, reason: o.reason }
  await audit.record({ principal, action, outcome: o.outcome, object: withReason })
}
