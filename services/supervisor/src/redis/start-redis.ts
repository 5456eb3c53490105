import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { removeRunRecord, writeRunRecord } from '@vna/runtime'
import { Redis } from 'ioredis'
import { SupervisorError } from '../errors.ts'
import { type GuardedProcess, startGuarded } from '../process/guard.ts'
import { findFreePort } from '../process/ports.ts'
import type { Program } from '../programs/find-program.ts'

export interface RedisOptions {
  readonly home: string
  readonly program: Program
  readonly environment: NodeJS.ProcessEnv
  readonly onOutput: (line: string) => void
}

/** The redis-server of this installation; its URL stays the same over restarts. */
export interface EmbeddedRedis {
  readonly url: string
  start(): Promise<GuardedProcess>
}

const startLimitMs = 20_000
const probePauseMs = 25
const stopLimitSeconds = 3

export async function createRedis(o: RedisOptions): Promise<EmbeddedRedis> {
  const folder = join(o.home, 'redis')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const port = await findFreePort()
  const password = randomBytes(24).toString('hex')
  const url = `redis://:${password}@127.0.0.1:${port}`
  return { url, start: () => start({ ...o, folder, port, password, url }) }
}

type Parts = RedisOptions & { folder: string; port: number; password: string; url: string }

async function start(o: Parts): Promise<GuardedProcess> {
  const configFile = join(o.folder, 'redis.conf')
  writeFileSync(configFile, renderConfig(o), { mode: 0o600 })
  chmodSync(configFile, 0o600)
  const server = await startGuarded({
    command: o.program.path,
    args: [configFile],
    cwd: o.folder,
    env: { ...o.environment, ...o.program.env },
    stopSignal: 'TERM',
    stopLimitSeconds: stopLimitSeconds,
    onOutput: o.onOutput,
  })
  let gone = false
  void server.ended.then(() => {
    gone = true
    removeRunRecord(o.home, 'redis', server.pid)
  })
  await waitUntilAnswering(o, () => gone).catch((error: unknown) => {
    server.signal('KILL')
    throw error
  })
  writeRunRecord(o.home, 'redis', { pid: server.pid, startedAt: new Date().toISOString(), port: o.port })
  return server
}

function renderConfig(o: Parts): string {
  const lines = [
    'bind 127.0.0.1',
    `port ${o.port}`,
    `requirepass ${o.password}`,
    'daemonize no',
    `dir ${JSON.stringify(o.folder)}`,
    // Queues are rebuilt from the catalog and the journal: nothing in Redis needs to survive.
    'save ""',
    'appendonly no',
    // BullMQ demands it: an evicted key is a lost job.
    'maxmemory-policy noeviction',
    'loglevel notice',
    'logfile ""',
  ]
  return `${lines.join('\n')}\n`
}

async function waitUntilAnswering(o: Parts, isGone: () => boolean): Promise<void> {
  const deadline = Date.now() + startLimitMs
  while (Date.now() < deadline && !isGone()) {
    if (await answers(o.url)) return
    await sleep(probePauseMs)
  }
  const reason = isGone() ? 'ended while starting' : `did not answer in ${startLimitMs / 1000} s`
  throw new SupervisorError('redis-failed', `redis-server ${reason}; see ${join(o.home, 'log', 'redis.log')}`)
}

async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    client.disconnect()
  }
}
