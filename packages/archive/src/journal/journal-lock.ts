import { spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { ArchiveError } from '../archive-error.ts'

export interface JournalLock {
  release(): Promise<void>
}

/** Exit status of flock(1) when somebody else holds the lock (`-n`). */
const flockTaken = 1

/**
 * Takes flock(2) on `<folder>/lock`; throws `journal-locked` when another process holds it.
 * The lock belongs to the open file description, which flock(1) shares with us for a moment: so it lives exactly as
 * long as this process keeps the file open, ends with it however it ends, and a stopped (SIGSTOP) owner keeps it.
 */
export async function acquireJournalLock(folder: string): Promise<JournalLock> {
  const file = await open(join(folder, 'lock'), constants.O_CREAT | constants.O_RDWR, 0o640)
  try {
    const status = await runFlock(file.fd)
    if (status === flockTaken) throw new ArchiveError('journal-locked')
    if (status !== 0) throw new ArchiveError('journal-io', { message: 'flock failed', details: { status } })
  } catch (error) {
    await file.close()
    throw error
  }
  return { release: () => file.close() }
}

function runFlock(fd: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] })
    child.once('error', (cause) => {
      reject(new ArchiveError('journal-io', { message: 'flock(1) of util-linux is needed', cause, retryable: false }))
    })
    child.once('exit', (status) => resolve(status ?? -1))
  })
}
