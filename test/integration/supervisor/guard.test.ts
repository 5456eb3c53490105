import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findProcessStart } from '../../../packages/runtime/src/index.ts'
import { startGuarded } from '../../../services/supervisor/src/process/guard.ts'

const options = { cwd: '/', env: process.env, stopSignal: 'TERM', stopLimitSeconds: 2 } as const
const holder = fileURLToPath(new URL('./guard-holder.ts', import.meta.url))

async function waitUntilGone(pid: number): Promise<boolean> {
  for (let poll = 0; poll < 100; poll++) {
    if (findProcessStart(pid) === undefined) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}

describe('startGuarded', () => {
  it('tells the pid of the daemon itself, passes signals, and gives the exit status', async () => {
    const lines: string[] = []
    const script = 'trap "echo stopping; exit 7" TERM; echo running; while :; do sleep 0.05; done'
    const onOutput = (line: string): void => void lines.push(line)
    const daemon = await startGuarded({ ...options, command: '/bin/sh', args: ['-c', script], onOutput })
    while (!lines.includes('running')) await new Promise((resolve) => setTimeout(resolve, 20))
    daemon.signal('TERM')
    expect(await daemon.ended).toBe(7)
    expect(await waitUntilGone(daemon.pid)).toBe(true)
    expect(lines).toEqual(['running', 'stopping'])
  })

  it('notices that the daemon was killed', async () => {
    const daemon = await startGuarded({ ...options, command: 'sleep', args: ['60'], onOutput: () => undefined })
    process.kill(daemon.pid, 'SIGKILL')
    expect(await daemon.ended).toBe(137)
  })

  it.each(['sleep 60', 'trap "" TERM; while :; do sleep 0.05; done'])(
    'ends the daemon when its supervisor is killed: %s',
    async (script) => {
      const supervisor = spawn(process.execPath, [holder, script], { stdio: ['ignore', 'pipe', 'inherit'] })
      const [bytes] = (await once(supervisor.stdout, 'data')) as [Buffer]
      const pid = Number(bytes.toString())
      expect(findProcessStart(pid)).toBeDefined()
      supervisor.kill('SIGKILL')
      expect(await waitUntilGone(pid)).toBe(true)
    },
  )
})
