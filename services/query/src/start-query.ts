import { join } from 'node:path'
import { type AccessControl, openAccess } from '@vna/access'
import { configuredCredentials, type ObjectStore, openObjectStore } from '@vna/archive'
import { type Catalog, openCatalog, unsupportedKeys } from '@vna/catalog'
import { type Database, openDatabase } from '@vna/database'
import { Installation, openFrontDoor, Upstreams } from '@vna/front-door'
import { decideListenOptions, RequestLimiter } from '@vna/http'
import { BlockPool, PrefetchBudget, SidecarCache } from '@vna/retrieval'
import type { Metrics, ServiceContext, StartedService } from '@vna/runtime'
import { BatchingRecorder, openTransmissions, type TransmissionRecorder } from '@vna/transmissions'
import type { QueryConfig } from './config.ts'
import { createDicomwebApp } from './dicomweb/dicomweb-app.ts'
import type { DicomwebParts } from './dicomweb/dicomweb-parts.ts'

/** Measured best: positional reads of 1 MiB with the part's header in the same buffer. */
const blockBytes = 1024 * 1024
const maxKeptBlocks = 32
const stallLimitMs = 60_000
/** Per answer from S3; 64 MiB in all. */
const windowsAhead = 4
const maxWindows = 64
const retryAfterSeconds = 2
const mib = 1024 * 1024
const catalogConnections = 10
const closeGraceMs = 2_500

/** Wires searches, retrievals and the front door over the catalog and the object store. */
export async function startQuery(config: QueryConfig, context: ServiceContext): Promise<StartedService> {
  const { logger, metrics, health } = context
  const listen = decideListenOptions({
    ...config,
    tlsCert: config.tlsCertificateFile,
    tlsKey: config.tlsKeyFile,
  })
  const database = openDatabase({
    url: config.databaseUrl.reveal(),
    maxConnections: catalogConnections,
    applicationName: 'vna-query',
  })
  const catalog = openCatalog(database)
  const store = openStore(config, metrics)
  health.addProbe('database', () => database.probe())
  health.addProbe('object-store', (signal) => store.probe(signal))
  const access = await openAccess({
    catalog,
    keysFolder: join(config.home, 'keys'),
    onTrouble: (error) => logger.error({ err: error }, 'refused callers are not in the audit trail'),
  })
  const transmissions = openRecorder(database, context)
  const dicomweb = createDicomwebApp(createParts({ config, context, catalog, store, access, transmissions }))
  const door = await openFrontDoor({
    listen,
    dicomweb,
    access,
    metrics,
    logger,
    upstreams: new Upstreams({ home: config.home, fixed: fixedUpstreams(config) }),
    installation: new Installation({ home: config.home, expected: expectedServices(config) }),
    idleTimeoutMs: config.httpIdleTimeoutMs,
  })
  return {
    record: { http: door.url },
    phases: [
      { name: 'requests', limitMs: closeGraceMs + 500, run: () => door.close(closeGraceMs) },
      {
        name: 'records',
        limitMs: 2_000,
        run: async () => {
          await Promise.all([access.close(), transmissions.close()])
        },
      },
      {
        name: 'connections',
        limitMs: 1_500,
        run: async () => {
          await Promise.allSettled([database.close(), store.close()])
        },
      },
    ],
  }
}

function createParts(o: {
  config: QueryConfig
  context: ServiceContext
  catalog: Catalog
  store: ObjectStore
  access: AccessControl
  transmissions: TransmissionRecorder
}): DicomwebParts {
  const { config, context, catalog, store, access, transmissions } = o
  return {
    index: {
      search: (query, predicate) => catalog.search(query, predicate),
      locateInstances: (locator, predicate) => catalog.locateInstances(locator, predicate),
      unsupportedKeys,
    },
    store,
    transmissions,
    sidecars: new SidecarCache({ store, maxBytes: config.sidecarCacheMib * mib }),
    pool: new BlockPool({ blockBytes: blockBytes, maxKept: maxKeptBlocks }),
    prefetch: store.kind === 's3' ? { budget: new PrefetchBudget(maxWindows), windowsAhead: windowsAhead } : undefined,
    access,
    limiter: new RequestLimiter({
      maxPerClient: config.maxReadRequestsPerClient,
      maxTotal: config.maxReadRequests,
      retryAfterSeconds: retryAfterSeconds,
    }),
    logger: context.logger,
    stallLimitMs: stallLimitMs,
    fallbackHost: `${config.bind}:${config.httpPort}`,
  }
}

function openStore(config: QueryConfig, metrics: Metrics): ObjectStore {
  return openObjectStore(config.objectStore, {
    homeFolder: config.home,
    ...configuredCredentials(config),
    observe: (operation, outcome, seconds) => {
      if (operation === 'prepare') return
      metrics.objectStoreSeconds.observe({ operation, outcome: outcome === 'ok' ? 'ok' : 'error' }, seconds)
    },
  })
}

function openRecorder(database: Database, { logger }: ServiceContext): TransmissionRecorder {
  return new BatchingRecorder({
    insert: openTransmissions(database).insert,
    onTrouble: ({ error, waiting, dropped }) =>
      logger.warn({ err: error, waiting, dropped }, 'transmissions wait for the database'),
  })
}

function fixedUpstreams(config: QueryConfig): ReadonlyMap<string, string> {
  const urls = { gateway: config.internalGatewayUrl, linker: config.internalLinkerUrl }
  return new Map(Object.entries(urls).flatMap(([name, url]) => (url === undefined ? [] : [[name, url] as const])))
}

/** Where the gateway is elsewhere its home is too: then each side's readiness is its own. */
function expectedServices(config: QueryConfig): readonly string[] {
  return config.internalGatewayUrl === undefined ? ['gateway', 'archiver', 'linker', 'query'] : ['query']
}
