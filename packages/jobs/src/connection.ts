import { backoffMs } from '@vna/flow'
import type { RedisOptions } from 'bullmq'
import { jobLimits } from './limits.ts'

/** A hash tag, so that a Redis cluster keeps the keys of a queue in one slot. */
export const queuePrefix = '{vna}'

/** `attempt` is 1 for the first. */
function reconnectAfterMs(attempt: number): number {
  return backoffMs(attempt - 1, { firstMs: jobLimits.reconnectFirstMs, maxMs: jobLimits.reconnectMaxMs })
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
