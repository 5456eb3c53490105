import { Redis } from 'ioredis'
import { JobsError } from './errors.ts'

/** All keys of the archive; the braces make it a hash tag, so that a Redis cluster keeps one queue on one node. */
export const queuePrefix = '{vna}'

const maxReconnectDelayMs = 2_000

/**
 * Connects to `redis://`, `rediss://` or `unix:/path`. A worker's connection waits for Redis for ever; a producer's fails
 * at once while Redis is away, since whoever produces has better things to do and the reconciler will come by.
 */
export function connectRedis(url: string, use: 'worker' | 'producer'): Redis {
  const redis = new Redis({
    maxRetriesPerRequest: null,
    enableOfflineQueue: use === 'worker',
    retryStrategy: (attempt: number) => Math.min(attempt * 100, maxReconnectDelayMs),
    ...addressOf(url),
  })
  // An unheard 'error' would end the process; the state is asked for by `isAvailable` instead.
  redis.on('error', () => {})
  return redis
}

export function isAvailable(redis: Redis): boolean {
  return redis.status === 'ready'
}

type RedisAddress = {
  path?: string
  host?: string
  port?: number
  username?: string
  password?: string
  db?: number
  tls?: object
}

function addressOf(url: string): RedisAddress {
  if (url.startsWith('unix:')) return { path: url.slice('unix:'.length).replace(/^\/\/(?=\/)/, '') }
  if (!URL.canParse(url)) throw new JobsError('bad-url', 'not a redis:, rediss: or unix: URL')
  const parsed = new URL(url)
  return {
    host: parsed.hostname,
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    ...(parsed.username && { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password && { password: decodeURIComponent(parsed.password) }),
    ...(parsed.pathname.length > 1 && { db: Number(parsed.pathname.slice(1)) }),
    ...(parsed.protocol === 'rediss:' && { tls: {} }),
  }
}
