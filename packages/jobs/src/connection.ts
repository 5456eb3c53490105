import type { RedisOptions } from 'bullmq'
import { jobLimits } from './limits.ts'

/** A hash tag, so that a Redis cluster keeps the keys of a queue in one slot. */
export const queuePrefix = '{vna}'

function reconnectAfterMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), jobLimits.reconnectMaxMs)
}

/** For those who add: a command fails soon when Redis is away. */
export function producerConnection(redisUrl: string): RedisOptions {
  return {
    url: redisUrl,
    maxRetriesPerRequest: 1,
    commandTimeout: jobLimits.addTimeoutMs,
    retryStrategy: reconnectAfterMs,
  }
}

/** For workers: they wait for Redis as long as it takes. */
export function workerConnection(redisUrl: string): RedisOptions {
  return { url: redisUrl, maxRetriesPerRequest: null, retryStrategy: reconnectAfterMs }
}
