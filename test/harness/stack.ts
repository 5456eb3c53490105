import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findProcessStart } from '../../packages/runtime/src/index.ts'
import { findFreePort } from '../../services/supervisor/src/process/ports.ts'
import { makeHome } from './servers.ts'

export const stackProcesses = ['supervisor', 'gateway', 'archiver', 'query', 'linker', 'postgres', 'redis'] as const
export type StackProcess = (typeof stackProcesses)[number]

/** A whole stack of a test's own: `vna up` with a temporary VNA_HOME and free ports. */
export interface Stack {
  readonly home: string
  readonly httpUrl: string
  readonly dimsePort: number
  /** The process that was started; its exit status once it has ended. */
  readonly up: { readonly pid: number; readonly ended: Promise<number | null> }
  readonly output: () => string
  pids(): ReadonlyMap<StackProcess, number>
  kill(name: StackProcess, signal?: NodeJS.Signals): void
  /** Runs a command against this stack. */
  vna(...args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }>
  /** As Ctrl-C does. */
  stop(): Promise<number | null>
  /** Stops it when it runs, and removes its files. */
  dispose(): Promise<void>
}

const vnaCommand = fileURLToPath(new URL('../../vna', import.meta.url))
const readyLimitMs = 90_000
const pollMs = 50

/** Starts a stack and waits for `VNA ready`; `home` takes up the data of an earlier one. */
export async function startStack(o: { home?: string; env?: Readonly<Record<string, string>> } = {}): Promise<Stack> {
  const home = o.home ?? makeHome()
  const [httpPort, dimsePort] = [await findFreePort(), await findFreePort()]
  const env = {
    ...process.env,
    VNA_HOME: home,
    VNA_HTTP_PORT: String(httpPort),
    VNA_DIMSE_PORT: String(dimsePort),
    VNA_DIMSE_TLS_PORT: 'off',
    VNA_MLLP_PORT: 'off',
    ...o.env,
  }
  const child = spawn(vnaCommand, ['up'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = collect(child)
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)))
  await waitUntil(() => /^VNA ready$/m.test(output()) || child.exitCode !== null, readyLimitMs)
  if (child.exitCode !== null) throw new Error(`the stack ended with ${child.exitCode}:\n${output()}`)
  const stack: Stack = {
    home,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    dimsePort,
    up: { pid: child.pid ?? 0, ended },
    output,
    pids: () => readPids(home),
    kill: (name, signal = 'SIGKILL') => void process.kill(readPids(home).get(name) ?? Number.NaN, signal),
    vna: (...args) => runVna(args, env),
    stop: () => {
      child.kill('SIGINT')
      return ended
    },
    dispose: async () => {
      if (child.exitCode === null && child.signalCode === null) await stack.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
  return stack
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  }
  return () => text
}

function readPids(home: string): ReadonlyMap<StackProcess, number> {
  const pids = new Map<StackProcess, number>()
  for (const name of stackProcesses) {
    try {
      pids.set(name, Number(readFileSync(join(home, 'run', `${name}.pid`), 'utf8')))
    } catch {
      // It does not run.
    }
  }
  return pids
}

function runVna(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(vnaCommand, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr }))
  })
}

/** Whether all these processes have ended, waiting for them up to `limitMs`. */
export async function areGone(pids: Iterable<number>, limitMs: number): Promise<boolean> {
  return waitUntil(() => [...pids].every((pid) => findProcessStart(pid) === undefined), limitMs)
}

export async function waitUntil(isTrue: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs
  while (Date.now() < deadline) {
    if (await isTrue()) return true
    await sleep(pollMs)
  }
  return false
}
