import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { createConnection, createServer } from 'node:net'
import { CliError } from '../../services/cli/src/errors.ts'

const stopLimitMs = 20_000
const defaultPollMs = 50
const maxTailCharacters = 1024 * 1024

export interface Child {
  readonly pid: number
  /** Ends with the exit status; the last of its output names the cause of a failure. */
  readonly ended: Promise<{ readonly status: number | null; readonly tail: string }>
  readonly output: () => string
  stop(): Promise<void>
}

export function startChild(command: string, args: readonly string[], options: SpawnOptions = {}): Child {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  let output = ''
  const keep = (bytes: Buffer): void => {
    output = (output + bytes.toString('utf8')).slice(-maxTailCharacters)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const ended = new Promise<{ status: number | null; tail: string }>((resolve) => {
    child.once('error', (error) => resolve({ status: null, tail: error.message }))
    child.once('close', (status) => resolve({ status, tail: output }))
  })
  return { pid: child.pid ?? -1, ended, output: () => output, stop: () => stopChild(child, ended) }
}

async function stopChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs)
  await ended
  clearTimeout(timer)
}

/** Runs to its end; anything but status 0 is an error. */
export async function runChild(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const child = startChild(command, args, options)
  const { status, tail } = await child.ended
  if (status !== 0) throw new CliError('failed', `${command} ended with ${status}: ${tail.trim().slice(-600)}`)
  return tail
}

export async function waitUntil(
  o: {
    readonly what: string
    readonly limitMs: number
    readonly pollMs?: number
    readonly child?: Child
    readonly signal?: AbortSignal
  },
  isTrue: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + o.limitMs
  let end: { status: number | null; tail: string } | undefined
  void o.child?.ended.then((result) => {
    end = result
  })
  while (!(await isTrue())) {
    o.signal?.throwIfAborted()
    if (end !== undefined) throw new CliError('failed', `${o.what}: it ended with ${end.status}: ${end.tail.trim()}`)
    if (performance.now() > deadline) throw new CliError('failed', `${o.what} took more than ${o.limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, o.pollMs ?? defaultPollMs))
  }
}

/** Ports free at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer()
      return new Promise<typeof server>((resolve, reject) => {
        server.once('error', reject)
        server.listen(0, '127.0.0.1', () => resolve(server))
      })
    }),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    const answer = (listening: boolean) => (): void => {
      socket.destroy()
      resolve(listening)
    }
    socket.once('connect', answer(true))
    socket.once('error', answer(false))
  })
}
