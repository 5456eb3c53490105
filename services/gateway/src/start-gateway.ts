import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { openAccess } from '@vna/access'
import { type Journal, openJournal } from '@vna/archive'
import { openCatalog } from '@vna/catalog'
import { type Database, openDatabase } from '@vna/database'
import { type Acceptor, createAcceptor, type TlsServerOptions } from '@vna/dicom-net'
import { isLoopback, type Listener, openListener, plainHostOf } from '@vna/http'
import { intakeLimits, LanePool } from '@vna/intake'
import { type CheckResult, createCrashPoint, type ServiceContext, type StartedService } from '@vna/runtime'
import { openTransmissions, SpoolingRecorder } from '@vna/transmissions'
import { openCallers } from './callers.ts'
import type { GatewayConfig } from './config.ts'
import { AssociationHost } from './dimse/association-host.ts'
import { assertServicesAsk } from './dimse/refusals-of-access.ts'
import { announceSealedSegments, watchGateway } from './journal-notices.ts'
import { createReceiveMeter } from './receive-meter.ts'
import { createStoreApp } from './stow/store-app.ts'
import { createStoreAuthorization } from './stow/store-authorization.ts'
import { createStoreHandler } from './stow/store-handler.ts'

/** Shorter than the archiver's promise of three seconds leaves room for; long enough for a sender that reconnects. */
const laneLingerMs = 300
const idleSealMs = 1_000
const watchIntervalMs = 1_000
const shipTransmissionsMs = 1_000
const catalogConnections = 2
/** As many as the front door takes. */
const maxHttpConnections = 2_048

/** Wires the receiving side: journal, DICOM acceptor and STOW-RS over one intake. */
export async function startGateway(config: GatewayConfig, context: ServiceContext): Promise<StartedService> {
  const { logger, metrics, health } = context
  const journal = await openGatewayJournal(config, context)
  health.add('journal', () => journal.ready())
  health.add('journal-room', () => roomOf(journal))
  const database = openDatabase({
    url: config.databaseUrl.reveal(),
    maxConnections: catalogConnections,
    applicationName: 'vna-gateway',
  })
  const catalog = openCatalog(database)
  const { home, aeTitle } = config
  const admitsUnproven = config.dimseOpenTitles || isLoopback(config.bind)
  const callers = await openCallers({ catalog, home, aeTitle, admitsUnproven, logger })
  const access = await openAccess({
    catalog,
    keysFolder: join(config.home, 'keys'),
    standingsFile: join(config.home, 'journal', 'gateway', 'tokens.json'),
    onTrouble: (error) => logger.error({ err: error }, 'refused callers are not in the audit trail'),
  })
  const lanes = new LanePool({
    journal,
    lingerMs: laneLingerMs,
    onTrouble: (error) => logger.error({ err: error }, 'lane not sealed'),
  })
  const transmissions = await openTransmissionRecorder(config, context, database)
  const shared = { journal, lanes, transmissions, logger, limits: intakeLimits, meter: createReceiveMeter(metrics) }
  health.add('entities', () => ({ ok: callers.source !== 'none', reason: 'entity directory not read yet' }))
  const { maxAssociationsPerEntity } = config
  const host = new AssociationHost({ ...shared, access, callers, maxAssociationsPerEntity })
  const acceptor = createAcceptor({ host, limits: ulLimitsOf(config) })
  assertServicesAsk(acceptor.commandFields)
  const dimse = await listenDimse(acceptor, config)
  const authorize = createStoreAuthorization({ access })
  const handle = createStoreHandler({
    ...shared,
    authorize,
    maxConcurrentRequests: config.maxStoreRequests,
    maxRequestsPerEntity: Math.max(1, Math.floor(config.maxStoreRequests / 2)),
  })
  const listener = await listenHttp(createStoreApp({ handle, logger, metrics }), config)
  const queue = announceSealedSegments({ journal, redisUrl: config.redisUrl.reveal(), logger })
  const activeAssociations = () => acceptor.activeAssociations
  const watch = watchGateway({ journal, metrics, activeAssociations, intervalMs: watchIntervalMs })
  const close = async (): Promise<void> => {
    clearInterval(watch)
    host.close()
    await transmissions.close()
    await callers.close()
    await access.close()
    await Promise.allSettled([queue.close(), database.close()])
  }
  return {
    record: { http: listener.url, ...dimse, journalId: journal.id },
    phases: [
      { name: 'senders', limitMs: 3_000, run: () => stopListening(acceptor, listener) },
      { name: 'journal', limitMs: 2_000, run: () => lanes.close().then(() => journal.close()) },
      { name: 'connections', limitMs: 1_500, run: close },
    ],
  }
}

/** At either mark newcomers are turned away, so nobody should be sent here. */
function roomOf(journal: Journal): CheckResult {
  const { level, journalBytes, oldestSeconds } = journal.pressure()
  if (level === 'ok') return { ok: true }
  const waiting = `${journalBytes} bytes wait for the archiver, the oldest for ${Math.round(oldestSeconds)} s`
  return { ok: false, isBusy: true, reason: `the journal is at its ${level} mark: ${waiting}; see vna journal list` }
}

function listenHttp(app: RequestListener, config: GatewayConfig): Promise<Listener> {
  return openListener({
    listen: { host: config.internalBind, port: config.internalHttpPort, tls: undefined },
    answer: app,
    decidesContinue: true,
    // A study may take hours over a slow line; what is watched instead is that bytes keep coming.
    limits: { requestTimeoutMs: 0, maxConnections: maxHttpConnections },
  })
}

async function openGatewayJournal(config: GatewayConfig, context: ServiceContext): Promise<Journal> {
  const crash = createCrashPoint({ home: config.home, point: config.faultPoint })
  const journal = await openJournal({
    folder: join(config.home, 'journal', 'gateway'),
    limits: {
      idleSealMs,
      hardFreeBytes: config.journalHardFreeBytes,
      ...(config.journalSoftBytes !== undefined && { softJournalBytes: config.journalSoftBytes }),
    },
    faults: { reach: crash },
  })
  for (const recovered of journal.recovered) context.logger.info({ recovered }, 'segment recovered')
  return journal
}

async function openTransmissionRecorder(
  config: GatewayConfig,
  { logger }: ServiceContext,
  database: Database,
): Promise<SpoolingRecorder> {
  const recorder = new SpoolingRecorder({
    folder: join(config.home, 'journal', 'gateway', 'transmissions'),
    insert: openTransmissions(database).insert,
    onTrouble: (error) => logger.warn({ err: error }, 'transmissions wait for the database'),
    onLost: (error) => logger.error({ err: error }, 'a transmission could not be written down'),
  })
  await recorder.start(shipTransmissionsMs)
  return recorder
}

function ulLimitsOf(config: GatewayConfig) {
  return {
    announcedMaxPduLengthBytes: config.announcedMaxPduLengthBytes,
    maxAssociations: config.maxAssociations,
    maxConnections: config.maxAssociations * 2,
    idleTimeoutMs: config.dimseIdleTimeoutMs,
    artimTimeoutMs: config.dimseArtimTimeoutMs,
  }
}

async function listenDimse(
  acceptor: Acceptor,
  config: GatewayConfig,
): Promise<{ dimsePort?: number; dimseTlsPort?: number }> {
  const ports: { dimsePort?: number; dimseTlsPort?: number } = {}
  if (config.dimsePort !== 'off') {
    ports.dimsePort = (
      await acceptor.listen({ host: plainHostOf(config, config.dimseInClear), port: config.dimsePort })
    ).port
  }
  const tls = tlsOptionsOf(config)
  if (config.dimseTlsPort !== 'off' && tls !== undefined) {
    ports.dimseTlsPort = (await acceptor.listen({ host: config.bind, port: config.dimseTlsPort, tls })).port
  }
  return ports
}

function tlsOptionsOf(config: GatewayConfig): TlsServerOptions | undefined {
  if (config.tlsCertificateFile === undefined || config.tlsKeyFile === undefined) return undefined
  return {
    cert: readFileSync(config.tlsCertificateFile),
    key: readFileSync(config.tlsKeyFile),
    ...(config.tlsClientCaFile !== undefined && { ca: readFileSync(config.tlsClientCaFile) }),
  }
}

async function stopListening(acceptor: Acceptor, listener: Listener): Promise<void> {
  const graceMs = 2_000
  await Promise.all([acceptor.close({ graceMs }), listener.close(graceMs)])
}
