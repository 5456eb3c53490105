import type { AuditRecorder } from './audit-guard.ts'
import type { AuditAction, AuditRecord } from './audit-trail.ts'

/** Who was refused, by what is known of the connection. */
export interface Refusal {
  /** As the caller names itself. */
  readonly actor?: string | undefined
  readonly action: AuditAction
  /** Why, where, from which address: short texts, no patient. */
  readonly object: Readonly<Record<string, unknown>>
}

export interface RefusalLimits {
  /** Equal refusals within this become one record with their number, so that a flood cannot fill the trail. */
  readonly windowMs: number
  /** Different refusals in one window; beyond, they are counted together. */
  readonly maxKinds: number
}

export const refusalLimits: RefusalLimits = { windowMs: 60_000, maxKinds: 1_000 }

const others: Refusal = { action: 'sign-in', object: { reason: 'various', route: 'various', peer: 'various' } }

interface Counted {
  readonly refusal: Refusal
  count: number
}

/**
 * Puts who comes without a valid token, or over a connection, into the audit trail: the first refusal of a kind at once, its repetitions as a number when
 * the minute ends or the service stops. What the trail cannot take is counted on and written with the next number. Never more
 * than `2 × maxKinds + 2` entries in a window. add()… → flush().
 */
export class RefusalLog {
  readonly #trail: AuditRecorder
  readonly #onTrouble: (error: unknown) => void
  readonly #limits: RefusalLimits
  #counted = new Map<string, Counted>()
  #timer: NodeJS.Timeout | undefined

  constructor(o: { trail: AuditRecorder; onTrouble(error: unknown): void; limits?: RefusalLimits | undefined }) {
    this.#trail = o.trail
    this.#onTrouble = o.onTrouble
    this.#limits = o.limits ?? refusalLimits
  }

  add(refusal: Refusal): void {
    const key = JSON.stringify(refusal)
    const isFirst = !this.#counted.has(key) && this.#counted.size < this.#limits.maxKinds
    this.#count(refusal, isFirst ? 0 : 1)
    if (isFirst) this.#write(refusal, 1)
  }

  /** Ends the window. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const counted = this.#counted
    this.#counted = new Map()
    for (const { refusal, count } of counted.values()) if (count > 0) this.#write(refusal, count)
  }

  #count(refusal: Refusal, times: number): void {
    const key = JSON.stringify(refusal)
    const known = this.#counted.get(key)
    const isFull = known === undefined && this.#counted.size >= this.#limits.maxKinds && refusal !== others
    if (isFull) {
      this.#count(others, times)
      return
    }
    const counted = known ?? { refusal, count: 0 }
    counted.count += times
    this.#counted.set(key, counted)
    this.#timer ??= setTimeout(() => this.flush(), this.#limits.windowMs).unref()
  }

  #write(refusal: Refusal, times: number): void {
    const { actor, action, object } = refusal
    const record: AuditRecord = { actor, action, outcome: 'denied', object: { ...object, times } }
    this.#trail.record(record).catch((error: unknown) => {
      this.#onTrouble(error)
      this.#count(refusal, times)
    })
  }
}
