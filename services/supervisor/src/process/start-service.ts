import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { forwardLines } from './guard.ts'
import type { Run } from './keep-running.ts'

/**
 * One of our own services as a child process. The IPC channel carries nothing: that it closes tells the child that we
 * are gone, however we went.
 */
export function startService(o: {
  mainFile: string
  nodeOptions: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  onOutput: (line: string) => void
}): Promise<Run> {
  const child = spawn(process.execPath, [...o.nodeOptions, o.mainFile], {
    cwd: o.cwd,
    env: o.env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own: Ctrl-C in a terminal reaches us only, and we stop things in order.
    detached: true,
  })
  forwardLines(child, o.onOutput)
  const ended = new Promise<number>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? exitCodeOf(signal)))
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('spawn', () => resolve({ ended, stop: (hard) => void child.kill(hard ? 'SIGKILL' : 'SIGTERM') }))
  })
}

/** As a shell tells it: 128 and the number of the signal. */
function exitCodeOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 1 : 128 + (constants.signals[signal] ?? 0)
}
