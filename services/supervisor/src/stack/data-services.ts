import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@vna/runtime'
import type { SupervisorConfig } from '../config.ts'
import { createPostgres } from '../postgres/start-postgres.ts'
import type { GuardedProcess } from '../process/guard.ts'
import { KeptRunning, type Run } from '../process/keep-running.ts'
import { ensureProgram } from '../programs/ensure-programs.ts'
import { createRedis } from '../redis/start-redis.ts'
import type { Logs } from './logs.ts'

/** The database and the queue store: ours, kept running, or external ones, which are only named. */
export interface DataServices {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly kept: readonly KeptRunning[]
}

export interface DataServicesOptions {
  readonly config: SupervisorConfig
  readonly environment: NodeJS.ProcessEnv
  readonly logger: Logger
  readonly logs: Logs
  readonly note: (line: string) => void
}

interface Embedded {
  readonly name: string
  readonly url: string
  start(): Promise<GuardedProcess>
}

/** Starts what is not external, side by side. */
export async function startDataServices(o: DataServicesOptions): Promise<DataServices> {
  const { databaseUrl, redisUrl } = o.config
  const [database, redis] = await Promise.all([
    databaseUrl === undefined ? createEmbeddedPostgres(o) : undefined,
    redisUrl === undefined ? createEmbeddedRedis(o) : undefined,
  ])
  const embedded = [database, redis].filter((service) => service !== undefined)
  const kept = embedded.map((service) => keep(service, o))
  const starts = await Promise.allSettled(kept.map((service) => service.start()))
  const failed = starts.find((start) => start.status === 'rejected')
  if (failed !== undefined) {
    await Promise.all(kept.map((service) => service.stop(0)))
    throw failed.reason
  }
  return {
    databaseUrl: database?.url ?? databaseUrl?.reveal() ?? '',
    redisUrl: redis?.url ?? redisUrl?.reveal() ?? '',
    kept,
  }
}

async function createEmbeddedPostgres(o: DataServicesOptions): Promise<Embedded> {
  const postgres = await createPostgres({
    home: o.config.home,
    environment: o.environment,
    onOutput: o.logs.writer('postgres'),
    onNote: o.note,
  })
  return { name: 'postgres', ...postgres }
}

async function createEmbeddedRedis(o: DataServicesOptions): Promise<Embedded> {
  const program = await ensureProgram('redis-server', {
    cacheFolder: o.config.cacheFolder,
    environment: o.environment,
    onDownload: (packages) => o.note(`downloading ${packages.join(', ')} (once)`),
  })
  const { home } = o.config
  const redis = await createRedis({ home, program, environment: o.environment, onOutput: o.logs.writer('redis') })
  return { name: 'redis', ...redis }
}

function keep(service: Embedded, o: DataServicesOptions): KeptRunning {
  return new KeptRunning({
    start: async () => toRun(await service.start(), service.name),
    clock,
    onEnded: (ended) => o.logger.error({ name: service.name, ...ended }, 'ended; starting again'),
    onStartFailed: (error, restartInMs) => {
      o.logger.error({ name: service.name, err: error, restartInMs }, 'could not start; trying again')
    },
  })
}

function toRun(process: GuardedProcess, name: string): Run {
  const gentle = name === 'postgres' ? 'INT' : 'TERM'
  // Immediate shutdown is PostgreSQL's own way to end at once: its children end too, which SIGKILL would not do.
  const insistent = name === 'postgres' ? 'QUIT' : 'KILL'
  return { ended: process.ended, stop: (hard) => process.signal(hard ? insistent : gentle) }
}

export const clock = {
  now: () => performance.now(),
  sleep: (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined),
}
