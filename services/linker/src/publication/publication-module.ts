import { JobWorker, studyStableFamily, studyStableQueueName } from '@vna/jobs'
import type { LinkState } from '@vna/runtime'
import type { LinkerDependencies, LinkerModule } from '../linker-dependencies.ts'
import { createMhdRegistry } from '../registry/mhd-registry.ts'
import { createOwnRegistry } from '../registry/own-registry.ts'
import { Reconciler } from '../registry/reconciler.ts'
import type { Registry } from '../registry/registry.ts'
import { ManifestBuilder } from './manifest-builder.ts'
import { manifestSettingsOf } from './manifest-options.ts'
import { mountPublicationRoutes } from './publication-routes.ts'
import { Publisher, publisherLimits } from './publisher.ts'
import { recordAttempt } from './record-attempt.ts'

const fillIntervalMs = 300
const reconcileIntervalMs = 2_000
const gaugeIntervalMs = 2_000
const divergenceAgeMs = 60_000
const graceMs = 2_000
/** Notices only wake; a handful at a time is plenty. */
const noticeConcurrency = 4

/** Manifests and their submission. `evaluate`: links of reports are decided anew for a study. */
export function createPublicationModule(
  dependencies: LinkerDependencies,
  o: { readonly evaluate: (studyInstanceUid: string) => Promise<void> },
): LinkerModule {
  const { catalog, healthRecord, config, logger, metrics } = dependencies
  const registry = createRegistry(dependencies)
  // Known as none from the start: a rate needs a first value.
  for (const outcome of ['ok', 'error'] as const) metrics.fsePublications.inc({ outcome }, 0)
  const builder = new ManifestBuilder()
  const publisher = new Publisher({
    catalog,
    healthRecord,
    store: dependencies.store,
    builder,
    registry,
    settings: manifestSettingsOf(config),
    accessionIssuerOid: config.accessionIssuerOid,
    reach: dependencies.reach,
    evaluate: (uid) => evaluated(o.evaluate, uid, dependencies),
    concurrency: config.fseRegistryConcurrency,
    logger,
    metrics,
    onAttempt: (attempt) => recordAttempt(dependencies, registry, attempt),
  })
  const reconciler = new Reconciler({ registry, healthRecord, logger })
  const notices = openNotices(dependencies, publisher)
  return {
    mount: (router) => mountPublicationRoutes(router, dependencies),
    tasks: [
      { name: 'publish', intervalMs: fillIntervalMs, run: () => publisher.fill() },
      { name: 'leases', intervalMs: publisherLimits.renewIntervalMs, run: () => publisher.renew() },
      { name: 'registry', intervalMs: reconcileIntervalMs, run: (signal) => reconciler.compareNext(signal) },
      { name: 'divergence', intervalMs: gaugeIntervalMs, run: () => measure(dependencies) },
    ],
    phases: [
      {
        name: 'publications',
        limitMs: graceMs + 500,
        run: async () => {
          await Promise.all([notices.close({ graceMs: graceMs }), publisher.close(graceMs)])
          await builder.close()
        },
      },
    ],
  }
}

function createRegistry({ config }: LinkerDependencies): Registry {
  if (config.fseRegistryUrl === undefined) return createOwnRegistry()
  return createMhdRegistry({
    baseUrl: config.fseRegistryUrl.replace(/\/+$/, ''),
    token: config.fseRegistryToken?.reveal(),
    timeoutMs: config.fseRegistryTimeoutMs,
    search: config.fseRegistrySearch,
    withdraw: config.fseRegistryWithdraw,
  })
}

/** A study that is stable wakes the publisher at once; one whose notice is lost waits for the next run. */
function openNotices(
  { config, logger }: LinkerDependencies,
  publisher: Publisher,
): { close(o: { graceMs: number }): Promise<void> } {
  return new JobWorker({
    redisUrl: config.redisUrl.reveal(),
    queueName: studyStableQueueName,
    family: studyStableFamily,
    concurrency: noticeConcurrency,
    handle: () => publisher.fill(),
    onError: (error) => logger.debug({ err: error }, 'no notices of stable studies'),
  })
}

/** Links are no reason not to publish. */
async function evaluated(
  evaluate: (studyInstanceUid: string) => Promise<void>,
  studyInstanceUid: string,
  { logger }: LinkerDependencies,
): Promise<void> {
  await evaluate(studyInstanceUid).catch((error: unknown) => {
    logger.error({ err: error, study: studyInstanceUid }, 'reports were not looked for')
  })
}

async function measure({ healthRecord, metrics }: LinkerDependencies): Promise<void> {
  metrics.fseDivergence.set(await healthRecord.publications.countDivergence(divergenceAgeMs))
  const unresolved = await healthRecord.publications.countUnresolved()
  metrics.studies.set(
    { state: 'unresolved' },
    unresolved.reduce((sum, { studies }) => sum + studies, 0),
  )
  for (const [state, count] of Object.entries(await healthRecord.reports.countLinks())) {
    metrics.links.set({ state: state as LinkState }, count)
  }
}
