import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPostgres } from '../../services/supervisor/src/postgres/start-postgres.ts'
import { ensureProgram } from '../../services/supervisor/src/programs/index.ts'
import { createRedis } from '../../services/supervisor/src/redis/start-redis.ts'
import { cacheFolder } from './provide-programs.ts'

/** A server of a test file's own, started as the supervisor starts it. */
export interface TestServer {
  readonly url: string
  readonly pid: number
  /** Ends it and removes its files. */
  stop(): Promise<void>
}

const ignore = (): void => undefined

/** A temporary folder that the user PostgreSQL runs as can reach. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'vna-test-'))
  chmodSync(home, 0o711)
  return home
}

export async function startPostgres(): Promise<TestServer> {
  const home = makeHome()
  const postgres = await createPostgres({ home, environment: process.env, onOutput: ignore, onNote: ignore })
  const server = await postgres.start()
  return {
    url: postgres.url,
    pid: server.pid,
    stop: async () => {
      server.signal('QUIT')
      await server.ended
      rmSync(home, { recursive: true, force: true })
    },
  }
}

export async function startRedis(): Promise<TestServer> {
  const home = makeHome()
  const program = await ensureProgram('redis-server', { cacheFolder, environment: process.env })
  const redis = await createRedis({ home, program, environment: process.env, onOutput: ignore })
  const server = await redis.start()
  return {
    url: redis.url,
    pid: server.pid,
    stop: async () => {
      server.signal('KILL')
      await server.ended
      rmSync(home, { recursive: true, force: true })
    },
  }
}
