import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts, runChild, startChild, waitUntil } from '../child.ts'
import { getProgram } from '../programs.ts'

const startLimitMs = 20_000
const password = 'bench'

export interface RunningPostgresql {
  readonly pid: number
  readonly port: number
  readonly user: string
  readonly password: string
  stop(): Promise<void>
}

/** A fresh cluster with PostgreSQL's own defaults: fsync on, synchronous commit on. */
export async function startPostgresql(folder: string): Promise<RunningPostgresql> {
  const data = join(folder, 'postgresql')
  mkdirSync(data, { recursive: true })
  const owner = await serverUser()
  if (owner !== undefined) {
    chownSync(data, owner.uid, owner.gid)
    chmodSync(folder, 0o755)
  }
  const [port = 0] = await freePorts(1)
  await runChild(getProgram('initdb'), ['-D', data, '-U', 'bench', '--auth=trust', '-E', 'UTF8'], { ...owner })
  const child = startChild(getProgram('postgres'), ['-D', data, '-p', String(port), '-k', data], { ...owner })
  const isReady = () =>
    runChild(getProgram('pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).then(
      () => true,
      () => false,
    )
  await waitUntil({ what: 'start of PostgreSQL', limitMs: startLimitMs, child }, isReady)
  await runChild(getProgram('createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'bench', 'orthanc'])
  return { pid: child.pid, port, user: 'bench', password: password, stop: () => child.stop() }
}

/** PostgreSQL refuses root; Debian's package brings the user postgres. */
async function serverUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = await Promise.all([runChild('id', ['-u', 'postgres']), runChild('id', ['-g', 'postgres'])])
  return { uid: Number(uid), gid: Number(gid) }
}
