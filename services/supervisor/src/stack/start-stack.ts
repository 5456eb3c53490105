import { accessSync, chmodSync, constants, existsSync, mkdirSync } from 'node:fs'
import type { ServiceContext, ShutdownPhase, StartedService } from '@vna/runtime'
import { findRunRecord } from '@vna/runtime'
import type { SupervisorConfig } from '../config.ts'
import { SupervisorError } from '../errors.ts'
import { type DataServices, startDataServices } from './data-services.ts'
import type { Logs } from './logs.ts'
import { checkPorts, remarks } from './preflight.ts'
import { failedChecks, probeService, serviceNames, startServices, waitUntilReady } from './services.ts'

export interface StackOptions {
  readonly config: SupervisorConfig
  readonly environment: NodeJS.ProcessEnv
  readonly context: ServiceContext
  readonly logs: Logs
  /** A line for the person at the terminal. */
  readonly print: (line: string) => void
  /** Brings the catalog's schema up to date. */
  readonly migrate: (databaseUrl: string) => Promise<void>
}

// The services may take 6 s for their own phases; everything together must end within 10 s.
const servicesStopMs = 6_500
const dataStopMs = 2_500
const threadPoolSize = '16'
const stopMarginMs = 400
export const stackStopLimitMs = 9_700

/** Starts everything in order, and answers how to stop it in the opposite one. */
export async function startStack(o: StackOptions): Promise<StartedService> {
  const { config, context } = o
  await checkPorts(config)
  const note = (line: string): void => o.print(`vna: ${line}`)
  for (const line of remarks(config)) note(line)
  const data = await startDataServices({ ...o, logger: context.logger, note })
  const phases = [stopData(data)]
  try {
    await o.migrate(data.databaseUrl)
    const env = serviceEnvironment(o, data)
    const services = await startServices({ ...context, home: config.home, env, logs: o.logs, note })
    const stopServices = async (): Promise<void> => {
      await Promise.all([...services.values()].map((service) => service.stop(servicesStopMs - stopMarginMs)))
    }
    phases.unshift({ name: 'services', limitMs: servicesStopMs, run: stopServices })
    await waitUntilReady({ home: config.home, services, signal: context.signal })
  } catch (error) {
    for (const phase of phases) await phase.run(AbortSignal.timeout(phase.limitMs))
    throw error
  }
  for (const name of serviceNames) context.health.add(name, () => checkService(config.home, name))
  return { record: describe(config, data), phases }
}

/** Makes VNA_HOME, or checks that it can be used. */
export function prepareHome(home: string): void {
  try {
    if (existsSync(home)) {
      accessSync(home, constants.W_OK | constants.X_OK)
    } else {
      mkdirSync(home, { recursive: true })
      // Root's PostgreSQL runs as another user, who must pass through; what lies inside is closed folder by folder.
      chmodSync(home, process.getuid?.() === 0 ? 0o711 : 0o700)
    }
  } catch (error) {
    throw new SupervisorError('home-unusable', `VNA_HOME ${home} cannot be used: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

function stopData(data: DataServices): ShutdownPhase {
  return {
    name: 'postgres and redis',
    limitMs: dataStopMs,
    run: async () => {
      await Promise.all(data.kept.map((service) => service.stop(dataStopMs - stopMarginMs)))
    },
  }
}

function serviceEnvironment(o: StackOptions, data: DataServices): NodeJS.ProcessEnv {
  return {
    ...o.environment,
    VNA_HOME: o.config.home,
    VNA_DATABASE_URL: data.databaseUrl,
    VNA_REDIS_URL: data.redisUrl,
    VNA_OBJECT_STORE: o.config.objectStore,
    // Each association waits for its own sync in a thread of Node's pool, whose default is four.
    UV_THREADPOOL_SIZE: o.environment.UV_THREADPOOL_SIZE ?? threadPoolSize,
  }
}

async function checkService(home: string, name: (typeof serviceNames)[number]) {
  const readiness = await probeService(home, name)
  return readiness.ready ? { ok: true } : { ok: false, reason: failedChecks(readiness) }
}

/** For the command line and for tests; the file is readable by its owner only, as the URLs hold passwords. */
function describe(config: SupervisorConfig, data: DataServices) {
  const http = findRunRecord(config.home, 'query')?.http
  return {
    ...(http === undefined ? {} : { http }),
    dimsePort: findRunRecord(config.home, 'gateway')?.dimsePort ?? config.dimsePort,
    aeTitle: config.aeTitle,
    databaseUrl: data.databaseUrl,
    redisUrl: data.redisUrl,
    objectStore: config.objectStore,
  }
}
