import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const main = join(import.meta.dirname, '../../services/cli/src/main.ts')

export interface CliEnd {
  readonly status: number | null
  readonly json: Record<string, unknown>
  readonly stderr: string
}

/** Runs `vna … --json` in a process of its own; the caller may meddle with it meanwhile. */
function startCli(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<CliEnd> } {
  const child = spawn(process.execPath, [main, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<CliEnd>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, stderr, json: jsonIn(stdout) }))
  })
  return { child, ended }
}

export function runCli(args: readonly string[]): Promise<CliEnd> {
  return startCli(args).ended
}

function jsonIn(stdout: string): Record<string, unknown> {
  const line = stdout.split('\n').find((text) => text.startsWith('{'))
  return line === undefined ? {} : (JSON.parse(line) as Record<string, unknown>)
}
