import { join } from 'node:path'
import { type AccessControl, openAccess } from '@vna/access'
import { openConfiguredStore } from '@vna/archive'
import { openCatalog } from '@vna/catalog'
import { openDatabase } from '@vna/database'
import { openListener } from '@vna/http'
import { openHealthRecord } from '@vna/record'
import {
  createCrashPoint,
  type Repeating,
  repeat,
  type ServiceContext,
  type ShutdownPhase,
  type StartedService,
} from '@vna/runtime'
import { openBatchingRecorder } from '@vna/transmissions'
import type { LinkerConfig } from './config.ts'
import { createLinkerApp } from './http/linker-app.ts'
import type { LinkerDependencies, LinkerModule } from './linker-dependencies.ts'
import { createModules } from './modules.ts'

const closeGraceMs = 1_500
const tasksLimitMs = 3_000

/** Wires what the health record needs of the archive: modules over one catalog, one object store and one listener. */
export async function startLinker(config: LinkerConfig, context: ServiceContext): Promise<StartedService> {
  const { logger, metrics, health, signal } = context
  const database = openDatabase({
    url: config.databaseUrl.reveal(),
    applicationName: 'vna-linker',
    maxConnections: config.maxConnections,
  })
  const catalog = openCatalog(database)
  const healthRecord = openHealthRecord(database)
  const store = openConfiguredStore(config, metrics)
  health.addProbe('database', () => database.probe())
  const access = await openAccess({
    catalog,
    keysFolder: join(config.home, 'keys'),
    onTrouble: (error) => logger.error({ err: error }, 'refused callers are not in the audit trail'),
  })
  const transmissions = openBatchingRecorder(database, logger)
  const reach = createCrashPoint({ home: config.home, point: config.faultPoint })
  const dependencies: LinkerDependencies = {
    config,
    catalog,
    healthRecord,
    store,
    access,
    transmissions,
    logger,
    metrics,
    reach,
    signal,
  }
  const modules = createModules(dependencies)
  const close = async (): Promise<void> => {
    await Promise.all([access.close(), transmissions.close()])
    await Promise.allSettled([database.close(), store.close()])
  }
  return startModules(modules, { dependencies, access, close })
}

/** Routes first, then what listens by itself, then the tasks; ended in the opposite order. */
async function startModules(
  modules: readonly LinkerModule[],
  {
    dependencies,
    access,
    close,
  }: { dependencies: LinkerDependencies; access: AccessControl; close: () => Promise<void> },
): Promise<StartedService> {
  const { config, logger } = dependencies
  const listener = await openListener({
    listen: { host: config.internalBind, port: config.internalHttpPort, tls: undefined },
    answer: createLinkerApp({ access, modules, logger }),
  })
  const records = await Promise.all(modules.map((module) => module.start?.() ?? {}))
  const tasks = startTasks(modules, dependencies)
  const stop = async (): Promise<void> => {
    await Promise.all([...tasks.map((task) => task.stop()), listener.close(closeGraceMs)])
  }
  return {
    record: Object.assign({ http: listener.url }, ...records),
    phases: [
      { name: 'work', limitMs: tasksLimitMs, run: stop },
      ...modules.flatMap(({ phases }): readonly ShutdownPhase[] => phases ?? []),
      { name: 'connections', limitMs: 1_500, run: close },
    ],
  }
}

function startTasks(modules: readonly LinkerModule[], { logger }: LinkerDependencies): readonly Repeating[] {
  return modules
    .flatMap((module) => module.tasks ?? [])
    .map(({ name, intervalMs, run }) =>
      repeat({
        name,
        intervalMs,
        logger,
        task: async (signal) => {
          await run(signal)
        },
      }),
    )
}
