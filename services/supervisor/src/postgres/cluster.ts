import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SupervisorError } from '../errors.ts'
import { runCommand } from '../programs/run-command.ts'
import type { PostgresBinaries } from './binaries.ts'
import { openPath } from './reach.ts'
import type { SystemUser } from './system-user.ts'

/** The files of the embedded database: `<VNA_HOME>/postgres/data`, and the password of its one role beside it. */
export interface Cluster {
  readonly folder: string
  readonly dataFolder: string
  readonly password: string
}

export const databaseRole = 'vna'
const initdbLimitMs = 120_000

/** Creates the cluster, or takes the one that is there; makes it reachable for the user it runs as. */
export async function prepareCluster(o: {
  home: string
  binaries: PostgresBinaries
  user: SystemUser | undefined
  environment: NodeJS.ProcessEnv
  onOpened: (folders: readonly string[]) => void
}): Promise<Cluster> {
  const folder = join(o.home, 'postgres')
  const dataFolder = join(folder, 'data')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (o.user !== undefined) {
    chownSync(folder, o.user.uid, o.user.gid)
    // VNA_HOME is ours to open; of the folders above it the operator must hear.
    const opened = [...openPath(o.home), ...openPath(join(o.binaries.folder, 'bin'))]
    o.onOpened([...new Set(opened)].filter((path) => path !== o.home))
  }
  const password = keepPassword(join(folder, 'password'), o.user)
  if (!existsSync(join(dataFolder, 'PG_VERSION'))) await createCluster({ ...o, folder, dataFolder })
  return { folder, dataFolder, password }
}

function keepPassword(path: string, user: SystemUser | undefined): string {
  if (!existsSync(path)) {
    writeFileSync(path, randomBytes(24).toString('hex'), { mode: 0o600 })
    // initdb reads it as the user it runs as.
    if (user !== undefined) chownSync(path, user.uid, user.gid)
  }
  return readFileSync(path, 'utf8').trim()
}

/** Into a draft folder first: a set-up that was cut short leaves nothing that looks like a database. */
async function createCluster(o: {
  folder: string
  dataFolder: string
  binaries: PostgresBinaries
  user: SystemUser | undefined
  environment: NodeJS.ProcessEnv
}): Promise<void> {
  const draft = join(o.folder, 'data.new')
  rmSync(draft, { recursive: true, force: true })
  const args = [
    `--pgdata=${draft}`,
    `--username=${databaseRole}`,
    `--pwfile=${join(o.folder, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--no-instructions',
    '--data-checksums',
  ]
  const outcome = await runCommand(o.binaries.initdb, args, {
    cwd: o.folder,
    env: { ...o.environment, LC_ALL: 'C' },
    limitMs: initdbLimitMs,
    ...(o.user === undefined ? {} : { user: o.user }),
  })
  if (outcome.exitCode !== 0) {
    throw new SupervisorError('postgres-failed', `initdb failed: ${lastLine(outcome.stderr)}`, {
      details: { exitCode: outcome.exitCode },
    })
  }
  chmodSync(draft, 0o700)
  renameSync(draft, o.dataFolder)
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
