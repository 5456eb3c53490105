import { RegistryError } from '../registry/registry.ts'

export const paceLimits = {
  firstRetryMs: 500,
  /** Not longer, so that everything is registered soon after an outage ends. */
  maxRetryMs: 15_000,
  /** So many different studies fail before the registry itself is taken for down. */
  studiesUntilPause: 3,
  firstPauseMs: 250,
  maxPauseMs: 8_000,
} as const

/** Doubles up to the longest, half of it random, so that what failed together does not come back together. */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  const full = Math.min(paceLimits.firstRetryMs * 2 ** Math.min(attempts, 16), paceLimits.maxRetryMs)
  return Math.round(full / 2 + random() * (full / 2))
}

/**
 * When to leave a registry alone: several studies failed and none succeeded since, or it asked for it (Retry-After). One study
 * that it cannot stand never holds up the others.
 */
export class Pace {
  readonly #now: () => number
  readonly #failing = new Set<string>()
  #failures = 0
  #pausedUntil = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** How long nothing should be sent, in ms. */
  get pauseMs(): number {
    return Math.max(0, this.#pausedUntil - this.#now())
  }

  succeeded(): void {
    this.#failing.clear()
    this.#failures = 0
    this.#pausedUntil = 0
  }

  failed(studyInstanceUid: string, error: unknown): void {
    if (!(error instanceof RegistryError) || !error.retryable) return
    this.#failing.add(studyInstanceUid)
    const asked = error.code === 'throttled' ? (error.retryAfterMs ?? 0) : 0
    const isDown = this.#failing.size >= paceLimits.studiesUntilPause
    if (isDown) this.#failures++
    const own = isDown ? paceLimits.firstPauseMs * 2 ** Math.min(this.#failures, 10) : 0
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + Math.min(Math.max(own, asked), paceLimits.maxPauseMs))
  }
}
