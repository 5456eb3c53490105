import { setTimeout as wait } from 'node:timers/promises'
import { type BackoffLimits, type BackoffOptions, backoffMs } from './backoff.ts'

export interface RetryOptions extends BackoffLimits, BackoffOptions {
  /** The first one included; absent: without limit. */
  readonly maxAttempts?: number
  readonly isRetryable: (error: unknown) => boolean
  readonly signal?: AbortSignal | undefined
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>
}

/**
 * Does something until it succeeds. Throws what the last attempt threw, and the signal's AbortError where it is aborted in
 * a pause.
 */
export async function retry<T>(attempt: () => Promise<T>, o: RetryOptions): Promise<T> {
  const { maxAttempts = Number.POSITIVE_INFINITY, sleep = sleepMs } = o
  for (let count = 1; ; count++) {
    try {
      return await attempt()
    } catch (error) {
      if (count >= maxAttempts || o.signal?.aborted || !o.isRetryable(error)) throw error
    }
    await sleep(backoffMs(count - 1, o, o), o.signal)
  }
}

function sleepMs(ms: number, signal: AbortSignal | undefined): Promise<unknown> {
  return wait(ms, undefined, signal === undefined ? {} : { signal })
}
