import { backoffMs } from '@vna/flow'
import { RegistryError } from '../registry/registry.ts'

export const registryBackoffLimits = {
  firstRetryMs: 500,
  /** Not longer, so that everything is registered soon after an outage ends. */
  maxRetryMs: 15_000,
  /** So many different studies fail before the registry itself is taken for down. */
  studiesUntilPause: 3,
  firstPauseMs: 250,
  maxPauseMs: 8_000,
} as const

const pauseLimits = { firstMs: registryBackoffLimits.firstPauseMs, maxMs: registryBackoffLimits.maxPauseMs }

/** Pause of one study, or of one notice, that failed so often before. */
export function studyRetryMs(attempts: number): number {
  return backoffMs(attempts, { firstMs: registryBackoffLimits.firstRetryMs, maxMs: registryBackoffLimits.maxRetryMs })
}

/**
 * When to leave a registry alone: several studies failed and none succeeded since, or it asked for it (Retry-After). One study
 * that it cannot stand never holds up the others.
 */
export class RegistryBackoff {
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
    const isDown = this.#failing.size >= registryBackoffLimits.studiesUntilPause
    if (isDown) this.#failures++
    const own = isDown ? backoffMs(this.#failures, pauseLimits, { jitter: 'none' }) : 0
    this.#pausedUntil = Math.max(
      this.#pausedUntil,
      this.#now() + Math.min(Math.max(own, asked), registryBackoffLimits.maxPauseMs),
    )
  }
}
