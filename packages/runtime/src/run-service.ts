import { mkdirSync } from 'node:fs'
import type { DestinationStream } from 'pino'
import { HealthRegistry } from './health.ts'
import { createLogger, type Logger, type LogLevel } from './logger.ts'
import { createMetrics, type Metrics } from './metrics/create-metrics.ts'
import { type OpsServer, startOpsServer } from './ops-server.ts'
import { claimRunRecord, findProcessStart, removeRunRecord, writeRunRecord } from './run-folder.ts'
import { runShutdown, type ShutdownPhase } from './shutdown.ts'

export interface ServiceContext {
  readonly logger: Logger
  readonly metrics: Metrics
  readonly health: HealthRegistry
  /** Aborted as soon as the service must stop, also while it is still starting. */
  readonly signal: AbortSignal
  /** Ends the service through its phases; a code other than 0 says that it failed. */
  requestStop(reason: string, exitCode: number): void
}

export interface StartedService {
  /** What others need to reach it; goes into `run/<name>.json`. */
  readonly record?: { readonly http?: string } & Readonly<Record<string, unknown>>
  /** How it stops, first phase first. */
  readonly phases: readonly ShutdownPhase[]
}

export interface RunServiceOptions {
  readonly name: string
  readonly home: string
  readonly logLevel?: LogLevel
  /** Where log lines go; stdout when absent. */
  readonly logStream?: DestinationStream
  readonly opsHost?: string
  readonly opsPort?: number
  /** Called with the error when starting failed, for those who must hear of it elsewhere than in the log. */
  readonly onStartFailed?: (error: unknown) => void
  /** All phases together; the process ends then at the latest. */
  readonly shutdownLimitMs?: number
  start(context: ServiceContext): Promise<StartedService>
}

const shutdownLimitMs = 6_000

interface Stop {
  readonly reason: string
  readonly exitCode: number
}

/**
 * Runs one service as this process: starting → running → stopping → gone. It stops on SIGTERM or SIGINT, when the process
 * that started it is gone (its IPC channel closes), and on an error nobody caught (exit status 1). This function is the
 * one place in packages/ that ends the process.
 */
export async function runService(o: RunServiceOptions): Promise<never> {
  const logger = createLogger({
    service: o.name,
    level: o.logLevel ?? 'info',
    ...(o.logStream === undefined ? {} : { stream: o.logStream }),
  })
  const stopping = new AbortController()
  const stop = watchForStop(logger, stopping)
  const health = new HealthRegistry()
  health.add('started', () => ({ ok: false, reason: 'starting' }))
  const metrics = createMetrics({ service: o.name })
  const context = { logger, metrics, health, signal: stopping.signal, requestStop: stop.request }

  let running: Running
  try {
    running = await startAll(o, context)
  } catch (error) {
    const wasAsked = stopping.signal.aborted
    if (!wasAsked) {
      logger.fatal({ err: error }, 'could not start')
      o.onStartFailed?.(error)
    }
    return process.exit(wasAsked ? 0 : 1)
  }
  const { reason, exitCode } = await stop.asked
  return process.exit(await stopAll(o, running, { reason, exitCode, logger, health }))
}

interface Running {
  ops: OpsServer
  service: StartedService
}

async function startAll(o: RunServiceOptions, context: ServiceContext): Promise<Running> {
  mkdirSync(o.home, { recursive: true })
  const ops = await startOpsServer({
    host: o.opsHost ?? '127.0.0.1',
    port: o.opsPort ?? 0,
    health: context.health,
    registry: context.metrics.registry,
  })
  const identity = { pid: process.pid, ops: ops.url, startedAt: new Date().toISOString() }
  const processStart = findProcessStart(process.pid)
  const record = processStart === undefined ? identity : { ...identity, processStart }
  claimRunRecord(o.home, o.name, record)
  const service = await o.start(context).catch((error: unknown) => {
    removeRunRecord(o.home, o.name, process.pid)
    throw error
  })
  if (service.record !== undefined) writeRunRecord(o.home, o.name, { ...record, ...service.record })
  context.health.remove('started')
  context.logger.info('started')
  return { ops, service }
}

async function stopAll(
  o: RunServiceOptions,
  running: Running,
  stop: Stop & { logger: Logger; health: HealthRegistry },
): Promise<number> {
  stop.logger.info({ reason: stop.reason }, 'stopping')
  stop.health.add('stopping', () => ({ ok: false, reason: stop.reason }))
  const lastResort = setTimeout(() => {
    stop.logger.error('stopping took too long')
    process.exit(1)
  }, o.shutdownLimitMs ?? shutdownLimitMs)
  const { clean } = await runShutdown(running.service.phases, stop.logger)
  await running.ops.close()
  removeRunRecord(o.home, o.name, process.pid)
  clearTimeout(lastResort)
  stop.logger.info('stopped')
  return stop.exitCode === 0 && !clean ? 1 : stop.exitCode
}

function watchForStop(logger: Logger, stopping: AbortController) {
  const { promise: asked, resolve } = Promise.withResolvers<Stop>()
  // Only the first request counts: a terminal and a supervisor may both signal, and phases are limited anyway.
  const request = (reason: string, exitCode: number): void => {
    stopping.abort(new Error(reason))
    resolve({ reason, exitCode })
  }
  process.on('SIGTERM', () => request('SIGTERM', 0))
  process.on('SIGINT', () => request('SIGINT', 0))
  if (process.connected) process.on('disconnect', () => request('supervisor gone', 0))
  // State is unknown after these, so no phases: the journal and the queues are made to survive this.
  const crash = (error: unknown): never => {
    logger.fatal({ err: error }, 'uncaught error')
    return process.exit(1)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  return { asked, request }
}
