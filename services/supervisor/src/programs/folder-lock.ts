import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findProcessStart } from '@vna/runtime'

const pollMs = 200
const waitLimitMs = 600_000
/** A holder writes its pid right after making the folder; an empty one this old belongs to a process that died between. */
const emptyLockPolls = 25

/** Runs `work` while no other process holds the lock at `path` (a folder); a lock whose holder is gone is taken over. */
export async function withFolderLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await acquire(path)
  try {
    return await work()
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

async function acquire(path: string): Promise<void> {
  const deadline = Date.now() + waitLimitMs
  let emptyPolls = 0
  while (!tryAcquire(path)) {
    const holder = readHolder(path)
    emptyPolls = holder === undefined ? emptyPolls + 1 : 0
    const isStale = holder === undefined ? emptyPolls > emptyLockPolls : findProcessStart(holder) === undefined
    if (isStale || Date.now() > deadline) rmSync(path, { recursive: true, force: true })
    else await sleep(pollMs)
  }
}

function tryAcquire(path: string): boolean {
  try {
    mkdirSync(path)
    writeFileSync(join(path, 'pid'), String(process.pid))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readHolder(path: string): number | undefined {
  try {
    return Number(readFileSync(join(path, 'pid'), 'utf8')) || undefined
  } catch {
    return undefined
  }
}
