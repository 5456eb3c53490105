import { readFileSync } from 'node:fs'
import { SupervisorError } from '../errors.ts'
import { runCommand } from '../programs/run-command.ts'

export interface SystemUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const postgresUser = 'postgres'
const useraddLimitMs = 20_000

/**
 * Whom PostgreSQL runs as: it refuses root, so root runs it as the system user `postgres`, created where missing (as
 * Debian's package would). `undefined`: we are not root, so it runs as ourselves.
 */
export async function findPostgresUser(environment: NodeJS.ProcessEnv): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const existing = findUser(readFileSync('/etc/passwd', 'utf8'), postgresUser)
  if (existing !== undefined) return existing
  const args = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
  ]
  const outcome = await runCommand('useradd', [...args, postgresUser], { env: environment, limitMs: useraddLimitMs })
  const created = findUser(readFileSync('/etc/passwd', 'utf8'), postgresUser)
  if (created !== undefined) return created
  throw new SupervisorError(
    'postgres-failed',
    `PostgreSQL refuses to run as root and the user postgres cannot be created (useradd: ${outcome.stderr.trim()}): ` +
      'run as another user, or set VNA_DATABASE_URL',
  )
}

/** A line of passwd(5): name:password:uid:gid:… */
export function findUser(passwd: string, name: string): SystemUser | undefined {
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find((line) => line[0] === name)
  if (fields === undefined) return undefined
  return { name, uid: Number(fields[2]), gid: Number(fields[3]) }
}
