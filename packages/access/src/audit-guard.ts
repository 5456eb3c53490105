import { AccessError } from './access-error.ts'
import type { AuditRecord } from './audit-trail.ts'

/** Longer than this no request waits for the trail: it is refused instead. */
const maxAuditWaitMs = 3_000

export interface AuditRecorder {
  record(record: AuditRecord): Promise<void>
}

/** The audit trail as a condition: what it cannot take in time is refused (`audit-unavailable`), never done without it. */
export class AuditGuard implements AuditRecorder {
  readonly #trail: AuditRecorder
  readonly #maxWaitMs: number

  constructor(o: { trail: AuditRecorder; maxWaitMs?: number | undefined }) {
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

function unavailable(cause?: unknown): AccessError {
  return new AccessError('audit-unavailable', 'the audit trail cannot be written', { cause })
}
