import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { type ObjectStore, openConfiguredStore } from '@vna/archive'
import { type Catalog, openCatalog } from '@vna/catalog'
import { type Database, openDatabase } from '@vna/database'
import { openHealthRecord, samePerson } from '@vna/record'
import { type ArchivingDependencies, createLedgerShipper } from '@vna/registration'
import {
  createCrashPoint,
  type Repeating,
  repeat,
  type ServiceContext,
  type ShutdownPhase,
  type StartedService,
} from '@vna/runtime'
import type { ArchiverConfig } from './config.ts'
import { createContentGauges } from './content-gauges.ts'
import { DamagedPacks } from './damaged-packs.ts'
import { describerLimits, SegmentDescriber } from './describing/segment-describer.ts'
import { JournalDrain } from './journal-drain.ts'
import { OrphanPacks } from './orphan-packs.ts'
import { openStudyStability } from './study-stability.ts'

/**
 * A study shall be in the health record's registry 2 s after it is stable, and a segment may wait a second to be sealed: a
 * run a second here was too late for five studies in a hundred (measured: p95 2.1 s, with this 1.4 to 1.7 s).
 */
const stabilityIntervalMs = 300
const ledgerIntervalMs = 1_000
const orphanIntervalMs = 5_000
const gaugeIntervalMs = 5_000
/** What may be cut off the end of the trail unseen is at most what was written in this time. */
const auditAnchorIntervalMs = 3_600_000
const probeLimitMs = 2_000
const probeIntervalMs = 2_000

/** Wires the moving of segments into packs and rows, and the tasks that find what was missed. */
export async function startArchiver(config: ArchiverConfig, context: ServiceContext): Promise<StartedService> {
  const { logger, metrics } = context
  const redisUrl = config.redisUrl.reveal()
  const store = openConfiguredStore(config, metrics)
  const database = openDatabase({
    url: config.databaseUrl.reveal(),
    applicationName: 'vna-archiver',
    maxConnections: config.segmentConcurrency + 4,
  })
  const catalog = openCatalog(database, { defaultStudyStableMs: config.studyStableMs, samePerson })
  const crash = createCrashPoint({ home: config.home, point: config.faultPoint })
  const describer = new SegmentDescriber({
    limits: {
      threads: Math.min(config.segmentConcurrency, Math.max(describerLimits.threads, availableParallelism())),
    },
    onEnded: (trouble) => logger.warn(trouble, 'describing a member ended its thread'),
  })
  const dependencies: ArchivingDependencies = {
    store,
    catalog,
    describe: (segment, packKey) => describer.describe(segment, packKey),
    reach: crash,
    observe: (stage, seconds) => metrics.archiveSeconds.observe({ stage }, seconds),
  }
  const drain = new JournalDrain({
    home: config.home,
    redisUrl,
    concurrency: config.segmentConcurrency,
    dependencies,
    logger,
    metrics,
  })
  const stability = openStudyStability({ catalog, redisUrl, logger })
  const damaged = await DamagedPacks.open(join(config.home, 'run', 'damaged-packs.json'))
  const tasks = startTasks({ config, context, store, database, catalog, drain, stability, damaged })
  return { phases: phasesOf({ tasks, drain, describer, stability, database, store }) }
}

interface Wired {
  readonly config: ArchiverConfig
  readonly context: ServiceContext
  readonly store: ObjectStore
  readonly database: Database
  readonly catalog: Catalog
  readonly drain: JournalDrain
  readonly stability: ReturnType<typeof openStudyStability>
  readonly damaged: DamagedPacks
}

function startTasks(wired: Wired): readonly Repeating[] {
  const { config, context, store, database, catalog, drain, stability, damaged } = wired
  const { logger, metrics } = context
  const healthRecord = openHealthRecord(database)
  const identityFile = join(config.home, 'run', 'catalog.json')
  const orphans = new OrphanPacks({ store, database, catalog, healthRecord, logger, identityFile, damaged })
  context.health.add('ledger', () => ledgerHealth(orphans.refusal))
  context.health.add('set-aside', async () => asideNotice(await drain.segmentsAside()))
  const shipLedger = createLedgerShipper({ store, database })
  const gauges = createContentGauges({ catalog, metrics, jobCounts: () => drain.counts(), stability })
  const probe = probeStore(store, context)
  const every = (name: string, intervalMs: number, task: (signal: AbortSignal) => Promise<unknown>): Repeating =>
    repeat({
      name,
      intervalMs,
      logger,
      task: async (signal) => {
        await task(signal)
      },
    })
  return [
    every('store', probeIntervalMs, probe),
    every('reconcile', config.reconcileIntervalMs, () => drain.reconcile()),
    every('stability', stabilityIntervalMs, () => stability.markStable()),
    every('ledger', ledgerIntervalMs, shipLedger),
    every('orphans', orphanIntervalMs, async (signal) => {
      await orphans.check(signal).finally(() => metrics.damagedPacks.set(damaged.size))
    }),
    every('audit-anchor', auditAnchorIntervalMs, () => catalog.anchorAudit()),
    every('gauges', gaugeIntervalMs, async () => {
      metrics.journalSegmentsAside.set(await drain.segmentsAside())
      await gauges()
    }),
  ]
}

/** An older database that lacks decisions must not be taken for a whole one; the place is for whoever repairs the ledger. */
function ledgerHealth(refusal: OrphanPacks['refusal']): { ok: boolean; reason?: string } {
  return refusal === undefined ? { ok: true } : { ok: false, reason: `the ledger cannot be read: ${refusal.message}` }
}

/** Nothing that keeps anybody waiting, but somebody has to look at it. */
function asideNotice(segments: number): { ok: boolean; reason?: string } {
  if (segments === 0) return { ok: true }
  const what = segments === 1 ? '1 segment that cannot be read is' : `${segments} segments that cannot be read are`
  return { ok: true, reason: `${what} set aside: see vna journal list` }
}

/** Readiness tells the object store's state; the archiver goes on trying whatever it is. */
function probeStore(store: ObjectStore, { health }: ServiceContext): () => Promise<void> {
  let state: { ok: boolean; reason?: string } = { ok: false, reason: 'not asked yet' }
  let isPrepared = false
  health.add('object-store', () => state)
  return async () => {
    try {
      if (!isPrepared) await store.prepare(AbortSignal.timeout(probeLimitMs))
      isPrepared = true
      await store.probe(AbortSignal.timeout(probeLimitMs))
      state = { ok: true }
    } catch (error) {
      state = { ok: false, reason: 'object store does not answer' }
      throw error
    }
  }
}

function phasesOf(
  o: Pick<Wired, 'drain' | 'stability' | 'database' | 'store'> & {
    tasks: readonly Repeating[]
    describer: SegmentDescriber
  },
): readonly ShutdownPhase[] {
  const jobsLimitMs = 3_000
  return [
    {
      name: 'work',
      limitMs: jobsLimitMs + 1_000,
      run: async () => {
        await Promise.all([...o.tasks.map((task) => task.stop()), o.drain.close(jobsLimitMs)])
      },
    },
    {
      name: 'connections',
      limitMs: 2_000,
      run: async () => {
        await Promise.allSettled([o.describer.close(), o.stability.close(), o.database.close(), o.store.close()])
      },
    },
  ]
}
