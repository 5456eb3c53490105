import { spawn } from 'node:child_process'

export interface ProgramResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramOptions {
  readonly input?: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly timeoutMs?: number
}

const defaultTimeoutMs = 120_000

/** Runs a program to its end and gives what it printed; never throws for an exit status, only when it cannot start. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? defaultTimeoutMs)
    child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes))
    child.stdin.on('error', () => {}) // a program that ends early closes its input; its exit status says the rest
    child.stdin.end(options.input ?? '')
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      const text = (parts: Buffer[]) => Buffer.concat(parts).toString('utf8')
      resolve({ exitCode: code ?? -1, stdout: text(stdout), stderr: text(stderr) })
    })
  })
}
