import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 50
/** How long each signal may take: fast shutdown, immediate shutdown, the end. */
const steps = [
  { signal: 'SIGINT', limitMs: 5_000 },
  { signal: 'SIGQUIT', limitMs: 3_000 },
  { signal: 'SIGKILL', limitMs: 2_000 },
] as const

/**
 * Stops a postmaster that outlived its supervisor (both the supervisor and the guard were killed), and removes the lock
 * file of one that is gone, whose pid something else may bear now. The caller holds VNA_HOME, so it is nobody else's.
 */
export async function stopLeftoverPostmaster(dataFolder: string): Promise<'none' | 'stopped' | 'stale'> {
  const path = join(dataFolder, 'postmaster.pid')
  if (!existsSync(path)) return 'none'
  const pid = Number(readFileSync(path, 'utf8').split('\n')[0])
  if (!isPostgres(pid)) {
    rmSync(path, { force: true })
    return 'stale'
  }
  for (const step of steps) {
    process.kill(pid, step.signal)
    if (await waitForEnd(pid, step.limitMs)) break
  }
  rmSync(path, { force: true })
  return 'stopped'
}

async function waitForEnd(pid: number, limitMs: number): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += pollMs) {
    if (!isPostgres(pid)) return true
    await sleep(pollMs)
  }
  return !isPostgres(pid)
}

function isPostgres(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.includes('(postgres)') && !stat.includes('(postgres) Z')
  } catch {
    return false
  }
}
