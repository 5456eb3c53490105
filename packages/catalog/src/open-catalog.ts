import type { DicomJson, Query } from '@vna/dicom'
import { AuditAppender, anchorAudit } from './audit/append-audit.ts'
import type { AuditEntry, AuditRow } from './audit/audit-chain.ts'
import { type AuditAnchors, type AuditVerdict, verifyAudit } from './audit/verify-audit.ts'
import { migrateDatabase } from './database/migrate.ts'
import { type DatabaseOptions, openDatabase, type Sql } from './database/open-database.ts'
import { type RebuildOptions, runRebuild } from './database/rebuild.ts'
import { runQuery } from './database/run-transaction.ts'
import { type EntityChange, writeEntity } from './entities/write-entity.ts'
import type { FseEvent } from './fse-event.ts'
import { applyFseEvent } from './fse-events.ts'
import { type IdentityCatalog, identityMethods } from './identity/identity-methods.ts'
import { catalogLimits } from './limits.ts'
import { type PublicationCatalog, publicationMethods } from './publications/publication-catalog.ts'
import { appendEvents, type NewEvent } from './queries/append-events.ts'
import { type CatalogCounts, countContents } from './queries/count-contents.ts'
import type { EntityRow } from './queries/entity-row.ts'
import { type DatabaseIdentity, findDatabaseIdentity } from './queries/find-database-identity.ts'
import { findInstancesBySopUid } from './queries/find-instances-by-sop-uid.ts'
import { type CatalogEvent, findPendingEvents } from './queries/find-pending-events.ts'
import { findUnknownPacks } from './queries/find-unknown-packs.ts'
import { insertTransmissions, type Transmission } from './queries/insert-transmissions.ts'
import { listAudit } from './queries/list-audit.ts'
import { listEntities } from './queries/list-entities.ts'
import { type KnownPack, listKnownPacks } from './queries/list-known-packs.ts'
import { listQuarantine, type QuarantineEntry, type QuarantineFilter } from './queries/list-quarantine.ts'
import { type ListedTransmission, listTransmissions, type TransmissionFilter } from './queries/list-transmissions.ts'
import { type InstanceLocator, type LocatedInstance, locateInstances } from './queries/locate-instances.ts'
import { markEventsShipped } from './queries/mark-events-shipped.ts'
import { markPackVerified } from './queries/mark-pack-verified.ts'
import { type StableStudy, takeDueStudies } from './queries/take-due-studies.ts'
import { registerPack } from './register/register-pack.ts'
import type { RegisterPackInput, RegisterPackResult } from './register/register-pack-input.ts'
import { type ReportCatalog, reportMethods } from './reports/report-methods.ts'
import type { SearchOptions } from './search/compile-search.ts'
import type { Predicate } from './search/predicate.ts'
import { search } from './search/search.ts'
import { shipEvents } from './ship-events.ts'
import { type VisibilityCatalog, visibilityMethods } from './visibility/visibility-methods.ts'

export interface CatalogOptions extends DatabaseOptions {
  /** Quiet time after which a study of an entity without a time of its own counts as stable. */
  readonly defaultStudyStableMs?: number
}

/** The catalog of one database. Every method fails with CatalogError; `retryable` tells whether to try again. */
export interface Catalog {
  readonly sql: Sql
  readonly identity: IdentityCatalog
  readonly reports: ReportCatalog
  migrate(): Promise<{ applied: readonly string[] }>
  /** Resolves when the database answers. */
  probe(): Promise<void>
  close(): Promise<void>

  registerPack(input: RegisterPackInput): Promise<RegisterPackResult>
  search(query: Query, predicate: Predicate, options?: SearchOptions): Promise<readonly DicomJson[]>
  locateInstances(locator: InstanceLocator, predicate: Predicate): Promise<readonly LocatedInstance[]>
  findInstancesBySopUid(sopInstanceUid: string, predicate: Predicate): Promise<readonly LocatedInstance[]>
  takeDueStudies(limit?: number): Promise<readonly StableStudy[]>
  listQuarantine(filter: QuarantineFilter): Promise<readonly QuarantineEntry[]>

  findUnknownPacks(packKeys: readonly string[]): Promise<readonly string[]>
  listKnownPacks(prefix: string): Promise<readonly KnownPack[]>
  markPackVerified(packKey: string): Promise<boolean>
  findDatabaseIdentity(): Promise<DatabaseIdentity>
  countContents(): Promise<CatalogCounts>

  listEntities(): Promise<readonly EntityRow[]>
  /** Writes an entity and its event in one transaction. */
  writeEntity(change: EntityChange): Promise<void>

  recordTransmissions(transmissions: readonly Transmission[]): Promise<void>
  listTransmissions(filter: TransmissionFilter): Promise<readonly ListedTransmission[]>

  appendEvents(events: readonly NewEvent[]): Promise<readonly number[]>
  pendingLedgerEvents(limit?: number): Promise<readonly CatalogEvent[]>
  markShipped(seqs: readonly number[]): Promise<void>
  shipEvents(ship: (events: readonly CatalogEvent[]) => Promise<void>): Promise<number>

  appendAudit(entries: readonly AuditEntry[]): Promise<void>
  /** Puts the end of the chain among the events; also done by itself every so many entries. */
  anchorAudit(): Promise<void>
  listAudit(afterSeq: number, limit: number): Promise<readonly AuditRow[]>
  /** `shipped`: anchors that the ledger holds. */
  verifyAudit(shipped?: AuditAnchors): Promise<AuditVerdict>

  /** Runs `work` as the only rebuild of this database; nothing is published or linked meanwhile. */
  rebuild<T>(work: () => Promise<T>, options?: RebuildOptions): Promise<T>
  /** Applies a decision of the ledger about the health record again; false when it is none that is known. */
  applyFseEvent(event: FseEvent): Promise<boolean>
  readonly visibility: VisibilityCatalog
  readonly publications: PublicationCatalog
}

export function openCatalog(options: CatalogOptions): Catalog {
  const sql = openDatabase(options)
  const registration = {
    defaultStudyStableMs: options.defaultStudyStableMs ?? catalogLimits.defaultStudyStableMs,
    knownValues: new Set<string>(),
  }
  return {
    sql,
    migrate: () => migrateDatabase(sql),
    probe: () =>
      runQuery(async () => {
        await sql`select 1`
      }),
    close: () => sql.end({ timeout: catalogLimits.closeTimeoutSeconds }),
    identity: identityMethods(sql),
    reports: reportMethods(sql),
    ...contentMethods(sql, registration),
    ...packMethods(sql),
    ...recordMethods(sql),
    rebuild: (work, rebuildOptions) => runRebuild(sql, work, rebuildOptions),
    applyFseEvent: (event: FseEvent) => applyFseEvent(sql, event),
    visibility: visibilityMethods(sql),
    publications: publicationMethods(sql),
  }
}

function contentMethods(sql: Sql, registration: Parameters<typeof registerPack>[2]) {
  return {
    registerPack: (input: RegisterPackInput) => registerPack(sql, input, registration),
    search: (query: Query, predicate: Predicate, searchOptions?: SearchOptions) =>
      search(sql, query, predicate, searchOptions),
    locateInstances: (locator: InstanceLocator, predicate: Predicate) => locateInstances(sql, locator, predicate),
    findInstancesBySopUid: (sopInstanceUid: string, predicate: Predicate) =>
      findInstancesBySopUid(sql, sopInstanceUid, predicate),
    takeDueStudies: (limit: number = catalogLimits.maxStudiesPerTake) => takeDueStudies(sql, limit),
    listQuarantine: (filter: QuarantineFilter) => runQuery(() => listQuarantine(sql, filter)),
  }
}

function packMethods(sql: Sql) {
  return {
    findUnknownPacks: (packKeys: readonly string[]) => runQuery(() => findUnknownPacks(sql, packKeys)),
    listKnownPacks: (prefix: string) => runQuery(() => listKnownPacks(sql, prefix)),
    markPackVerified: (packKey: string) => runQuery(() => markPackVerified(sql, packKey)),
    findDatabaseIdentity: () => runQuery(() => findDatabaseIdentity(sql)),
    countContents: () => runQuery(() => countContents(sql)),
  }
}

function recordMethods(sql: Sql) {
  const audit = new AuditAppender(sql)
  return {
    listEntities: () => runQuery(() => listEntities(sql)),
    writeEntity: (change: EntityChange) => writeEntity(sql, change),
    recordTransmissions: (transmissions: readonly Transmission[]) =>
      runQuery(() => insertTransmissions(sql, transmissions)),
    listTransmissions: (filter: TransmissionFilter) => runQuery(() => listTransmissions(sql, filter)),
    appendEvents: (events: readonly NewEvent[]) => runQuery(() => appendEvents(sql, events)),
    pendingLedgerEvents: (limit: number = catalogLimits.maxEventsPerShipment) =>
      runQuery(() => findPendingEvents(sql, limit)),
    markShipped: (seqs: readonly number[]) => runQuery(() => markEventsShipped(sql, seqs)),
    shipEvents: (ship: (events: readonly CatalogEvent[]) => Promise<void>) => shipEvents(sql, ship),
    appendAudit: (entries: readonly AuditEntry[]) => audit.append(entries),
    anchorAudit: () => anchorAudit(sql),
    listAudit: (afterSeq: number, limit: number) => runQuery(() => listAudit(sql, afterSeq, limit)),
    verifyAudit: (shipped?: AuditAnchors) => runQuery(() => verifyAudit(sql, shipped)),
  }
}
