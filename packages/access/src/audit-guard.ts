import { ProblemError } from '@vna/dicomweb'
import type { AuditRecord } from './audit-trail.ts'

/** Longer than this no request waits for the trail: it is refused instead. */
export const maxAuditWaitMs = 3_000

/** The audit trail as a condition: what it cannot take in time is refused (`unavailable`), never answered without it. */
export class AuditGuard {
  readonly #trail: { record(record: AuditRecord): Promise<void> }
  readonly #maxWaitMs: number

  constructor(o: { trail: { record(record: AuditRecord): Promise<void> }; maxWaitMs?: number }) {
    this.#trail = o.trail
    this.#maxWaitMs = o.maxWaitMs ?? maxAuditWaitMs
  }

  /** Resolves when the record is kept. */
  record(record: AuditRecord): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(unavailable()), this.#maxWaitMs)
    this.#trail.record(record).then(resolve, (error: unknown) => reject(unavailable(error)))
    return promise.finally(() => clearTimeout(timer))
  }
}

function unavailable(cause?: unknown): ProblemError {
  return new ProblemError('unavailable', 'the audit trail cannot be written', {
    headers: { 'retry-after': '5' },
    cause,
  })
}
