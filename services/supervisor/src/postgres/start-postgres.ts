import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { removeRunRecord, writeRunRecord } from '@vna/runtime'
import postgres from 'postgres'
import { SupervisorError } from '../errors.ts'
import { type GuardedProcess, startGuarded } from '../process/guard.ts'
import { findFreePort } from '../process/ports.ts'
import { findPostgresBinaries, type PostgresBinaries } from './binaries.ts'
import { type Cluster, databaseRole, prepareCluster } from './cluster.ts'
import { stopLeftoverPostmaster } from './leftover.ts'
import { postgresSettings, settingArguments } from './postgres-settings.ts'
import { findPostgresUser, type SystemUser } from './system-user.ts'

export interface PostgresOptions {
  readonly home: string
  readonly environment: NodeJS.ProcessEnv
  readonly onOutput: (line: string) => void
  /** A remark for the operator, in one line. */
  readonly onNote: (line: string) => void
}

/** The embedded PostgreSQL; its URL stays the same over restarts. */
export interface EmbeddedPostgres {
  readonly url: string
  /** Starts the server (again). Resolves when it answers. */
  start(): Promise<GuardedProcess>
}

const databaseName = 'vna'
/** Recovery after a crash replays at most `max_wal_size`; ending it half-way would only start it again. */
const startLimitMs = 300_000
const probePauseMs = 50
const stopLimitSeconds = 5

/** Prepares the database folder and picks the port; the server runs only after `start`. */
export async function createPostgres(o: PostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await findPostgresBinaries()
  const user = await findPostgresUser(o.environment)
  const onOpened = (folders: readonly string[]): void => {
    for (const folder of folders) {
      o.onNote(`opened ${folder} for passing through (chmod o+x), so that PostgreSQL can run as user ${user?.name}`)
    }
  }
  const cluster = await prepareCluster({ ...o, binaries, user, onOpened })
  const port = await findFreePort()
  const url = urlOf(cluster, port, databaseName)
  return { url, start: () => start({ ...o, binaries, user, cluster, port }) }
}

function urlOf(cluster: Cluster, port: number, database: string): string {
  return `postgres://${databaseRole}:${cluster.password}@127.0.0.1:${port}/${database}`
}

type Parts = PostgresOptions & {
  binaries: PostgresBinaries
  user: SystemUser | undefined
  cluster: Cluster
  port: number
}

async function start(o: Parts): Promise<GuardedProcess> {
  const leftover = await stopLeftoverPostmaster(o.cluster.dataFolder)
  if (leftover === 'stopped') o.onNote('stopped a PostgreSQL that a killed run had left behind')
  const server = await startGuarded({
    command: o.binaries.postgres,
    args: ['-D', o.cluster.dataFolder, ...settingArguments(postgresSettings(o.port))],
    cwd: o.cluster.folder,
    env: { ...o.environment, LC_ALL: 'C' },
    user: o.user,
    // SIGINT is PostgreSQL's fast shutdown: sessions are ended, the state on disk is clean.
    stopSignal: 'INT',
    stopLimitSeconds: stopLimitSeconds,
    onOutput: o.onOutput,
  })
  let gone = false
  void server.ended.then(() => {
    gone = true
    removeRunRecord(o.home, 'postgres', server.pid)
  })
  await waitUntilAnswering(o, () => gone).catch((error: unknown) => {
    server.signal('QUIT')
    throw error
  })
  await createDatabase(urlOf(o.cluster, o.port, 'postgres'))
  writeRunRecord(o.home, 'postgres', { pid: server.pid, startedAt: new Date().toISOString(), port: o.port })
  return server
}

async function waitUntilAnswering(o: Parts, isGone: () => boolean): Promise<void> {
  const url = urlOf(o.cluster, o.port, 'postgres')
  const deadline = Date.now() + startLimitMs
  while (Date.now() < deadline && !isGone()) {
    if (await answers(url)) return
    await sleep(probePauseMs)
  }
  const reason = isGone() ? 'ended while starting' : `did not answer in ${startLimitMs / 1000} s`
  throw new SupervisorError(
    'postgres-failed',
    `the embedded PostgreSQL ${reason}; see ${join(o.home, 'log', 'postgres.log')}`,
  )
}

async function answers(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => undefined })
  try {
    await sql`SELECT 1`
    return true
  } catch {
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}

async function createDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    const rows = await sql`SELECT 1 FROM pg_database WHERE datname = ${databaseName}`
    if (rows.length === 0) await sql`CREATE DATABASE ${sql(databaseName)}`
  } finally {
    await sql.end({ timeout: 1 })
  }
}
