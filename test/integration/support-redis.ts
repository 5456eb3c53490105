import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ensureProgram } from '../../services/supervisor/src/programs/index.ts'
import { createRedis } from '../../services/supervisor/src/redis/start-redis.ts'
import { cacheFolder } from '../harness/provide-programs.ts'
import { makeHome } from '../harness/servers.ts'

export interface RestartableRedis {
  readonly url: string
  flushAll(): Promise<void>
  /** Ends the server by force. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

interface RedisClient {
  on(event: 'error', listener: () => void): void
  flushall(): Promise<unknown>
  disconnect(): void
}

/** A Redis whose URL stays the same when it is killed and started again. */
export async function startRestartableRedis(): Promise<RestartableRedis> {
  const home = makeHome()
  const program = await ensureProgram('redis-server', { cacheFolder, environment: process.env })
  const redis = await createRedis({ home, program, environment: process.env, onOutput: () => {} })
  let server = await redis.start()
  const kill = async () => {
    server.signal('KILL')
    await server.ended
  }
  return {
    url: redis.url,
    flushAll: () => flushAll(redis.url),
    kill,
    start: async () => {
      server = await redis.start()
    },
    stop: async () => {
      await kill()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function flushAll(url: string): Promise<void> {
  const require = createRequire(new URL('../../packages/jobs/package.json', import.meta.url))
  const { Redis } = require('ioredis') as { Redis: new (url: string) => RedisClient }
  const client = new Redis(url)
  client.on('error', () => {})
  await client.flushall()
  client.disconnect()
}
