import { join } from 'node:path'
import { type AccessControl, openAccess } from '@vna/access'
import { type ObjectStore, openConfiguredStore } from '@vna/archive'
import { type Catalog, openCatalog, unsupportedKeys } from '@vna/catalog'
import { openDatabase } from '@vna/database'
import { Installation, openFrontDoor, Upstreams } from '@vna/front-door'
import { decideListenOptions, RequestLimiter, TrustedProxies } from '@vna/http'
import { BlockPool, PrefetchBudget, SidecarCache } from '@vna/retrieval'
import type { ServiceContext, StartedService } from '@vna/runtime'
import { openBatchingRecorder, type TransmissionRecorder } from '@vna/transmissions'
import type { QueryConfig } from './config.ts'
import { createDicomwebApp } from './dicomweb/dicomweb-app.ts'
import type { DicomwebDependencies } from './dicomweb/dicomweb-dependencies.ts'
import { SearchTurns } from './dicomweb/search-turns.ts'

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
/** Beside those of searches: an entry of the trail never waits behind a flood of them. */
const auditConnections = 2
const closeGraceMs = 2_500

/** Wires searches, retrievals and the front door over the catalog and the object store. */
export async function startQuery(config: QueryConfig, context: ServiceContext): Promise<StartedService> {
  const { logger, metrics, health } = context
  const { tlsCertificateFile: tlsCert, tlsKeyFile: tlsKey } = config
  const named = (config.trustedProxies ?? '').split(',').map((address) => address.trim())
  const proxies = new TrustedProxies(named.filter((address) => address !== ''))
  const listen = decideListenOptions({ ...config, tlsCert, tlsKey })
  const database = openDatabase({
    url: config.databaseUrl.reveal(),
    maxConnections: catalogConnections,
    applicationName: 'vna-query',
  })
  const catalog = openCatalog(database)
  const store = openConfiguredStore(config, metrics)
  health.addProbe('database', () => database.probe())
  health.addProbe('object-store', (signal) => store.probe(signal))
  const auditDatabase = openDatabase({
    url: config.databaseUrl.reveal(),
    maxConnections: auditConnections,
    applicationName: 'vna-query-audit',
  })
  const access = await openAccess({
    catalog: openCatalog(auditDatabase),
    keysFolder: join(config.home, 'keys'),
    onTrouble: (error) => logger.error({ err: error }, 'refused callers are not in the audit trail'),
  })
  const transmissions = openBatchingRecorder(database, logger)
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
    proxies,
  })
  const requests = { name: 'requests', limitMs: closeGraceMs + 500, run: () => door.close(closeGraceMs) }
  const close = async (): Promise<void> => {
    await Promise.allSettled([database.close(), auditDatabase.close(), store.close()])
  }
  const record = async (): Promise<void> => {
    await Promise.all([access.close(), transmissions.close()])
  }
  return {
    record: { http: door.url },
    phases: [
      requests,
      { name: 'records', limitMs: 2_000, run: record },
      { name: 'connections', limitMs: 1_500, run: close },
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
}): DicomwebDependencies {
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
    searches: new SearchTurns(),
    logger: context.logger,
    stallLimitMs: stallLimitMs,
    fallbackHost: `${config.bind}:${config.httpPort}`,
  }
}

function fixedUpstreams(config: QueryConfig): ReadonlyMap<string, string> {
  const urls = { gateway: config.internalGatewayUrl, linker: config.internalLinkerUrl }
  return new Map(Object.entries(urls).flatMap(([name, url]) => (url === undefined ? [] : [[name, url] as const])))
}

/** Where the gateway is elsewhere its home is too: then each side's readiness is its own. */
function expectedServices(config: QueryConfig): readonly string[] {
  return config.internalGatewayUrl === undefined ? ['gateway', 'archiver', 'linker', 'query'] : ['query']
}
