import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const fixture = fileURLToPath(new URL('./service-fixture.ts', import.meta.url))

/** A small service as a process of its own. */
class Service {
  readonly #child: ChildProcess
  readonly ended: Promise<number | null>
  readonly lines: Record<string, unknown>[] = []

  constructor(home: string, mode: string) {
    this.#child = spawn(process.execPath, [fixture, home, mode], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    this.ended = once(this.#child, 'exit').then(([code]) => code as number | null)
    const stdout = this.#child.stdout
    if (stdout !== null) createInterface(stdout).on('line', (line) => this.lines.push(JSON.parse(line)))
  }

  async waitFor(message: string): Promise<void> {
    while (!this.lines.some(({ msg }) => msg === message)) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  abandon(): void {
    this.#child.disconnect()
  }
}

describe('runService', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'vna-service-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  const record = () => JSON.parse(readFileSync(join(home, 'run', 'fixture.json'), 'utf8'))

  it('tells where it listens, answers for its health, and goes through its phases on SIGTERM', async () => {
    const service = new Service(home, 'run')
    await service.waitFor('started')
    expect(record()).toMatchObject({ http: 'http://127.0.0.1:1', pid: expect.any(Number) })
    const { ops } = record()
    expect((await fetch(`${ops}/health/live`)).status).toBe(200)
    const ready = await fetch(`${ops}/health/ready`)
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, checks: { always: { ok: true }, never: { ok: false, reason: 'on purpose' } } },
    ])
    expect(await (await fetch(`${ops}/metrics`)).text()).toContain('vna_associations_active{service="fixture"} 3')
    expect((await fetch(`${ops}/elsewhere`)).status).toBe(404)

    service.signal('SIGTERM')
    expect(await service.ended).toBe(0)
    expect(service.lines.map(({ msg }) => msg)).toEqual(['started', 'stopping', 'phase one', 'phase two', 'stopped'])
    expect(existsSync(join(home, 'run', 'fixture.pid'))).toBe(false)
  })

  it('stops when the process that started it is gone', async () => {
    const service = new Service(home, 'run')
    await service.waitFor('started')
    service.abandon()
    expect(await service.ended).toBe(0)
    expect(service.lines.find(({ msg }) => msg === 'stopping')).toMatchObject({ reason: 'supervisor gone' })
  })

  it('ends in time although a phase hangs', async () => {
    const service = new Service(home, 'hang')
    await service.waitFor('started')
    service.signal('SIGINT')
    expect(await service.ended).toBe(1)
    expect(service.lines.map(({ msg }) => msg)).toContain('shutdown phase overran')
  })

  it.each(['throw-later', 'reject-later'])('logs an error nobody caught and ends with 1: %s', async (mode) => {
    const service = new Service(home, mode)
    expect(await service.ended).toBe(1)
    expect(service.lines.at(-1)).toMatchObject({
      level: 60,
      msg: 'uncaught error',
      err: { message: 'nobody caught me' },
    })
  })

  it('ends with 1 when it cannot start, and leaves no record', async () => {
    const service = new Service(home, 'fail')
    expect(await service.ended).toBe(1)
    expect(service.lines.at(-1)).toMatchObject({ msg: 'could not start', err: { message: 'no' } })
    expect(existsSync(join(home, 'run', 'fixture.json'))).toBe(false)
  })

  it('lets one live process bear its name', async () => {
    const first = new Service(home, 'run')
    await first.waitFor('started')
    const second = new Service(home, 'run')
    expect(await second.ended).toBe(1)
    expect(second.lines.at(-1)).toMatchObject({ err: { code: 'already-running' } })
    first.signal('SIGKILL')
    await first.ended
    // A killed one leaves its record behind, which does not keep the next from starting.
    const third = new Service(home, 'run')
    await third.waitFor('started')
    third.signal('SIGTERM')
    expect(await third.ended).toBe(0)
  })
})
