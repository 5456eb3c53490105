import type { AuditRecord } from '@vna/access'

/** Who was refused before anybody knew who it is. */
export type Refusal = { readonly reason: string; readonly route: string; readonly peer: string }

export type RefusalLimits = {
  /** Equal refusals within this become one record with their number, so that a flood cannot fill the trail. */
  readonly windowMs: number
  /** Different refusals in one window; beyond, they are counted together. */
  readonly maxKinds: number
}

export const refusalLimits: RefusalLimits = { windowMs: 1_000, maxKinds: 1_000 }

const others: Refusal = { reason: 'various', route: 'various', peer: 'various' }

/** Puts requests without a valid token into the audit trail: the first at once, its repetitions as a number. */
export class RefusalLog {
  readonly #record: (record: AuditRecord) => Promise<void>
  readonly #onTrouble: (error: unknown) => void
  readonly #limits: RefusalLimits
  #repeated = new Map<string, { readonly refusal: Refusal; count: number }>()
  #timer: NodeJS.Timeout | undefined

  constructor(o: {
    record(record: AuditRecord): Promise<void>
    onTrouble(error: unknown): void
    limits?: RefusalLimits
  }) {
    this.#record = o.record
    this.#onTrouble = o.onTrouble
    this.#limits = o.limits ?? refusalLimits
  }

  add(refusal: Refusal): void {
    const isFull = this.#repeated.size >= this.#limits.maxKinds
    const key = JSON.stringify(refusal)
    const counted = this.#repeated.get(key) ?? (isFull ? this.#countOthers() : undefined)
    if (counted !== undefined) {
      counted.count += 1
      return
    }
    this.#repeated.set(key, { refusal, count: 0 })
    this.#write(refusal, 1)
    this.#timer ??= setTimeout(() => this.flush(), this.#limits.windowMs)
  }

  /** Ends the window. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const repeated = this.#repeated
    this.#repeated = new Map()
    for (const { refusal, count } of repeated.values()) if (count > 0) this.#write(refusal, count)
  }

  #countOthers(): { readonly refusal: Refusal; count: number } {
    const key = JSON.stringify(others)
    const counted = this.#repeated.get(key) ?? { refusal: others, count: 0 }
    this.#repeated.set(key, counted)
    return counted
  }

  #write(refusal: Refusal, times: number): void {
    const record: AuditRecord = { action: 'sign-in', outcome: 'denied', object: { ...refusal, times } }
    this.#record(record).catch(this.#onTrouble)
  }
}
