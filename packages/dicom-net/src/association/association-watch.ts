import type { UlLimits } from '../limits.ts'

export interface WatchedState {
  readonly bytesRead: number
  /** Inside a PDU or a message: the peer owes us the rest. */
  readonly inside: boolean
  /** Reading is paused, or an operation is being carried out: the silence is ours. */
  readonly waitsForUs: boolean
}

/**
 * Tells a slow peer from a dead or hostile one. Fed from one timer for all associations, so a read costs no timer.
 * A peer that trickles single bytes is as stalled as one that sends nothing.
 */
export class AssociationWatch {
  readonly #limits: UlLimits
  #sinceMs: number
  #sinceBytes = 0
  #wasInside = false

  constructor(limits: UlLimits, nowMs: number) {
    this.#limits = limits
    this.#sinceMs = nowMs
  }

  check(nowMs: number, state: WatchedState): 'idle' | 'stalled' | undefined {
    if (state.waitsForUs || state.inside !== this.#wasInside) return this.#restart(nowMs, state)
    const elapsedMs = nowMs - this.#sinceMs
    const arrivedBytes = state.bytesRead - this.#sinceBytes
    if (!state.inside) {
      if (arrivedBytes > 0) return this.#restart(nowMs, state)
      return elapsedMs >= this.#limits.idleTimeoutMs ? 'idle' : undefined
    }
    if (elapsedMs < this.#limits.progressIntervalMs) return undefined
    return arrivedBytes < this.#limits.minProgressBytes ? 'stalled' : this.#restart(nowMs, state)
  }

  #restart(nowMs: number, state: WatchedState): undefined {
    this.#sinceMs = nowMs
    this.#sinceBytes = state.bytesRead
    this.#wasInside = state.inside
  }
}

/** How often the watch must look so that its limits hold within a quarter. */
export function watchIntervalMs(limits: UlLimits): number {
  const shortest = Math.min(limits.idleTimeoutMs, limits.progressIntervalMs, limits.responseTimeoutMs)
  return Math.max(5, Math.min(1000, Math.floor(shortest / 4)))
}
