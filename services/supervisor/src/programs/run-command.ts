import { spawn } from 'node:child_process'

export interface CommandOutcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const maxOutputChars = 4_000_000

/** Runs a program to its end; a program that cannot be started counts as exit code 127, one that takes too long as 124. */
export function runCommand(
  command: string,
  args: readonly string[],
  o: { cwd?: string; env?: NodeJS.ProcessEnv; user?: { uid: number; gid: number }; limitMs: number },
): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(o.cwd === undefined ? {} : { cwd: o.cwd }),
      ...(o.env === undefined ? {} : { env: o.env }),
      ...(o.user === undefined ? {} : { uid: o.user.uid, gid: o.user.gid }),
    })
    let stdout = ''
    let stderr = ''
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      child.kill('SIGKILL')
    }, o.limitMs)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < maxOutputChars) stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < maxOutputChars) stderr += text
    })
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ exitCode: 127, stdout, stderr: error.message })
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ exitCode: timedOut ? 124 : (code ?? 1), stdout, stderr })
    })
  })
}
