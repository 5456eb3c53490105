import { FairGate, type FairGateLimits, GateFullError } from '@vna/flow'
import { ProblemError } from '@vna/http'

export interface SearchLimits extends FairGateLimits {
  /** Of a search, waiting for its turn included. */
  readonly timeoutMs: number
}

/** The longest of the promised searches takes a tenth of the time; two database connections are left to retrievals. */
export const searchLimits: SearchLimits = {
  maxRunning: 8,
  maxRunningPerKey: 4,
  maxWaitingPerKey: 64,
  maxWaiting: 512,
  timeoutMs: 10_000,
}

const headers = { 'retry-after': '2' }

/**
 * Searches by turns over the callers, since the database serves a few at a time. Who asks for more than it waits for is
 * turned away (`too-many-requests`); a database that says nothing at all is told to the client (`unavailable`).
 */
export class SearchTurns {
  readonly #gate: FairGate
  readonly #timeoutMs: number

  constructor(limits: SearchLimits = searchLimits) {
    this.#gate = new FairGate(limits)
    this.#timeoutMs = limits.timeoutMs
  }

  async run<T>(callerKey: string, search: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const late = Promise.withResolvers<never>()
    const ended = new AbortController()
    const timer = setTimeout(() => {
      late.reject(new ProblemError('unavailable', 'the database does not answer', { headers }))
      ended.abort()
    }, this.#timeoutMs)
    const found = this.#gate.run(callerKey, search, AbortSignal.any([signal, ended.signal])).catch(refused)
    found.catch(() => undefined)
    try {
      return await Promise.race([found, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }
}

function refused(error: unknown): never {
  if (!(error instanceof GateFullError)) throw error
  throw new ProblemError(error.isCallers ? 'too-many-requests' : 'unavailable', 'too many searches wait', { headers })
}
