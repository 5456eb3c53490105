import { QueryError } from '../http/query-error.ts'

/** One read or denial, as the audit trail keeps it. */
export type AuditRecord = {
  readonly at: Date
  readonly actor: string
  readonly role: string
  readonly purpose?: string | undefined
  readonly action: string
  readonly outcome: string
  /** UIDs of what was touched. */
  readonly object: Readonly<Record<string, unknown>>
}

export type AuditLimits = {
  /** Longer than this nobody waits for the trail: the read is refused instead. */
  readonly maxWaitMs: number
  readonly maxBatch: number
  readonly maxWaiting: number
}

export const auditLimits: AuditLimits = { maxWaitMs: 3_000, maxBatch: 500, maxWaiting: 10_000 }

type Waiting = { readonly record: AuditRecord; readonly settle: (error?: unknown) => void }

/**
 * Puts reads and denials into the audit trail before they are answered. What arrives while one batch is written goes out
 * in the next, so the wait is one or two writes however many requests there are. A trail that cannot be written refuses
 * the read (`unavailable`).
 */
export class AuditLog {
  readonly #append: (records: readonly AuditRecord[]) => Promise<void>
  readonly #limits: AuditLimits
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined

  constructor(o: { append: (records: readonly AuditRecord[]) => Promise<void>; limits?: AuditLimits }) {
    this.#append = o.append
    this.#limits = o.limits ?? auditLimits
  }

  /** Resolves when the record is kept. */
  record(record: AuditRecord): Promise<void> {
    if (this.#waiting.length >= this.#limits.maxWaiting) return Promise.reject(unavailable())
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(unavailable()), this.#limits.maxWaitMs)
    const settle = (error?: unknown): void => {
      clearTimeout(timer)
      if (error === undefined) resolve()
      else reject(unavailable(error))
    }
    this.#waiting.push({ record, settle })
    this.#writing ??= this.#writeAll()
    return promise
  }

  /** Resolves when nothing is waiting. */
  async flush(): Promise<void> {
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#limits.maxBatch)
      const error = await this.#append(batch.map(({ record }) => record)).then(
        () => undefined,
        (reason: unknown) => reason ?? new Error('append failed'),
      )
      for (const { settle } of batch) settle(error)
    }
    this.#writing = undefined
  }
}

function unavailable(cause?: unknown): QueryError {
  return new QueryError('unavailable', 'the audit trail cannot be written', { headers: { 'retry-after': '5' }, cause })
}
