import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRunRecord, type Logger, type Readiness } from '@vna/runtime'
import { repositoryFolder } from '../config.ts'
import { SupervisorError } from '../errors.ts'
import { KeptRunning } from '../process/keep-running.ts'
import { startService } from '../process/start-service.ts'
import { clock } from './data-services.ts'
import { findErrorText, type Logs } from './logs.ts'

export const serviceNames = ['gateway', 'archiver', 'query', 'linker'] as const
export type ServiceName = (typeof serviceNames)[number]

/**
 * How V8 tidies up, where its defaults do not fit a service that passes many gigabytes through a small heap.
 *
 * gateway: holds some 30 MB whatever it receives. Unbounded, the heap grew to three times that under many small instances
 * (20,000 studies of one: 333 MB resident); and each 12 MB of a STOW-RS body, which Node hands over in buffers of their own, set
 * off a collection of everything (a third of all CPU). With a small young generation such buffers go early: 145 MB resident
 * under C-STORE, STOW-RS at 1.5 instead of 2.6 CPU s per 1,000 CT, C-STORE as before, tiny instances a fifth more.
 *
 * query: the same of bodies it passes on; counted in the limit of the whole heap they cost 0.5 instead of 1.2 CPU s.
 */
const nodeOptions: Partial<Record<ServiceName, readonly string[]>> = {
  gateway: ['--max-old-space-size=160', '--max-semi-space-size=1'],
  query: ['--external-memory-accounted-in-global-limit'],
}

const readyLimitMs = 120_000
const readyPollMs = 100
const probeLimitMs = 2_000
/** A service that ends this often before it was ready once will not get ready by trying again. */
const maxEarlyRestarts = 4
/** At most so many error lines a minute on the terminal; the log has all. */
const maxErrorLines = 20
const errorWindowMs = 60_000

export interface ServicesOptions {
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  readonly logger: Logger
  readonly logs: Logs
  readonly note: (line: string) => void
  readonly signal: AbortSignal
}

/** Our own services as children of this process, each started again when it ends. */
export async function startServices(o: ServicesOptions): Promise<ReadonlyMap<ServiceName, KeptRunning>> {
  const services = new Map(serviceNames.map((name) => [name, keep(name, o)] as const))
  await Promise.all([...services.values()].map((service) => service.start()))
  return services
}

function keep(name: ServiceName, o: ServicesOptions): KeptRunning {
  const write = o.logs.writer(name)
  const limitedNote = limitNotes(o.note)
  const onOutput = (line: string): void => {
    write(line)
    const text = findErrorText(line)
    if (text !== undefined) limitedNote(`${name}: ${text}`)
  }
  const mainFile = join(repositoryFolder, 'services', name, 'src', 'main.ts')
  return new KeptRunning({
    start: () =>
      startService({ mainFile, nodeOptions: nodeOptions[name] ?? [], cwd: repositoryFolder, env: o.env, onOutput }),
    clock,
    onEnded: (ended) => {
      o.logger.error({ name, ...ended }, 'service ended; starting again')
      limitedNote(`${name} ended with status ${ended.exitCode}; starting again in ${ended.restartInMs} ms`)
    },
    onStartFailed: (error, restartInMs) => o.logger.error({ name, err: error, restartInMs }, 'service did not start'),
  })
}

function limitNotes(note: (line: string) => void): (line: string) => void {
  let windowEndsAt = 0
  let lines = 0
  return (line) => {
    const now = performance.now()
    if (now > windowEndsAt) {
      windowEndsAt = now + errorWindowMs
      lines = 0
    }
    lines++
    if (lines <= maxErrorLines) note(line)
  }
}

/** Resolves when every service is ready; rejects when one keeps ending or the time is up, naming it and its reasons. */
export async function waitUntilReady(o: {
  home: string
  services: ReadonlyMap<ServiceName, KeptRunning>
  signal: AbortSignal
}): Promise<void> {
  const deadline = performance.now() + readyLimitMs
  for (const [name, service] of o.services) {
    for (;;) {
      o.signal.throwIfAborted()
      const readiness = await probeService(o.home, name)
      if (readiness.ready || isOnlyBusy(readiness)) break
      if (service.restarts > maxEarlyRestarts || performance.now() > deadline) throw notReady(o.home, name, readiness)
      await sleep(readyPollMs)
    }
  }
}

/** A backlog that was there before: waiting for its end would leave it to nobody. */
function isOnlyBusy({ checks }: Readiness): boolean {
  return Object.values(checks).every(({ ok, isBusy }) => ok || isBusy === true)
}

function notReady(home: string, name: string, readiness: Readiness): SupervisorError {
  const reasons = failedChecks(readiness)
  return new SupervisorError(
    'service-failed',
    `${name} does not get ready (${reasons}); see ${join(home, 'log', `${name}.log`)}`,
  )
}

/** The failed checks of a service in one line. */
export function failedChecks(readiness: Readiness): string {
  const failed = Object.entries(readiness.checks).filter(([, check]) => !check.ok)
  return failed.map(([check, result]) => `${check}: ${result.reason ?? 'failed'}`).join(', ')
}

/** Asks a service itself; one that does not run or answer is not ready. */
export async function probeService(home: string, name: ServiceName): Promise<Readiness> {
  const ops = findRunRecord(home, name)?.ops
  if (ops === undefined) return { ready: false, checks: { process: { ok: false, reason: 'not running' } } }
  try {
    const response = await fetch(`${ops}/health/ready`, { signal: AbortSignal.timeout(probeLimitMs) })
    return (await response.json()) as Readiness
  } catch {
    return { ready: false, checks: { process: { ok: false, reason: 'no answer' } } }
  }
}
