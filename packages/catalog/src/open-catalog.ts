import type { Database, Sql } from '@vna/database'
import { runQuery } from '@vna/database'
import type { DicomJson, Query } from '@vna/dicom'
import { AuditAppender, anchorAudit } from './audit/append-audit.ts'
import type { AuditEntry, AuditRow } from './audit/audit-chain.ts'
import { listAudit } from './audit/list-audit.ts'
import { type AuditAnchors, type AuditVerdict, verifyAudit } from './audit/verify-audit.ts'
import { type CatalogCounts, countContents } from './count-contents.ts'
import type { EntityRow } from './entities/entity-row.ts'
import { listEntities } from './entities/list-entities.ts'
import { type EntityChange, writeEntity } from './entities/write-entity.ts'
import type { SamePerson } from './holders/judge-holders.ts'
import { type ConflictPage, listConflicts, type StudyConflict } from './holders/list-conflicts.ts'
import { settleStudies } from './holders/settle-studies.ts'
import { findInstancesBySopUid } from './instances/find-instances-by-sop-uid.ts'
import { type InstanceLocator, type LocatedInstance, locateInstances } from './instances/locate-instances.ts'
import { catalogLimits } from './limits.ts'
import { findUnknownPacks } from './packs/find-unknown-packs.ts'
import { type KnownPack, listKnownPacks } from './packs/list-known-packs.ts'
import { markPackVerified } from './packs/mark-pack-verified.ts'
import { listQuarantine, type QuarantineEntry, type QuarantineFilter } from './quarantine/list-quarantine.ts'
import { registerPack } from './register/register-pack.ts'
import type { RegisterPackInput, RegisterPackResult } from './register/register-pack-input.ts'
import type { SearchOptions } from './search/compile-search.ts'
import type { Predicate } from './search/predicate.ts'
import { search } from './search/search.ts'
import { type StableStudy, takeDueStudies } from './studies/take-due-studies.ts'
import { listTokenRevocations } from './tokens/list-token-revocations.ts'
import { revokeTokens } from './tokens/revoke-tokens.ts'
import type { TokenRevocation } from './tokens/token-revocation.ts'

export interface CatalogOptions {
  /** Quiet time after which a study of an entity without a time of its own counts as stable. */
  readonly defaultStudyStableMs?: number
  /**
   * Whether two holders of one study speak of one person, as the health record has it. Needed by whoever registers packs; where
   * absent nobody's instances stand beside the originator's.
   */
  readonly samePerson?: SamePerson
}

/** The catalog of one database. Every method fails with CatalogError; `retryable` tells whether to try again. */
export interface Catalog {
  registerPack(input: RegisterPackInput): Promise<RegisterPackResult>
  search(query: Query, predicate: Predicate, options?: SearchOptions): Promise<readonly DicomJson[]>
  locateInstances(locator: InstanceLocator, predicate: Predicate): Promise<readonly LocatedInstance[]>
  findInstancesBySopUid(sopInstanceUid: string, predicate: Predicate): Promise<readonly LocatedInstance[]>
  takeDueStudies(limit?: number): Promise<readonly StableStudy[]>
  /** Studies whose holders speak of different persons. */
  listConflicts(page: ConflictPage): Promise<readonly StudyConflict[]>
  listQuarantine(filter: QuarantineFilter): Promise<readonly QuarantineEntry[]>

  findUnknownPacks(packKeys: readonly string[]): Promise<readonly string[]>
  listKnownPacks(prefix: string): Promise<readonly KnownPack[]>
  markPackVerified(packKey: string): Promise<boolean>
  countContents(): Promise<CatalogCounts>

  listEntities(): Promise<readonly EntityRow[]>
  /** Writes an entity and its event in one transaction. */
  writeEntity(change: EntityChange): Promise<void>

  /** Tokens that count no longer, with its event. */
  revokeTokens(revocation: TokenRevocation, options?: { readonly recordEvent?: boolean | undefined }): Promise<void>
  listTokenRevocations(): Promise<readonly TokenRevocation[]>

  appendAudit(entries: readonly AuditEntry[]): Promise<void>
  /** Puts the end of the chain among the events; also done by itself every so many entries. */
  anchorAudit(): Promise<void>
  listAudit(afterSeq: number, limit: number): Promise<readonly AuditRow[]>
  /** `shipped`: anchors that the ledger holds. */
  verifyAudit(shipped?: AuditAnchors): Promise<AuditVerdict>
}

export function openCatalog({ sql }: Database, options: CatalogOptions = {}): Catalog {
  const registration = {
    defaultStudyStableMs: options.defaultStudyStableMs ?? catalogLimits.defaultStudyStableMs,
    knownValues: new Set<string>(),
    samePerson: options.samePerson ?? (() => 'unknown' as const),
  }
  return { ...contentMethods(sql, registration), ...packMethods(sql), ...recordMethods(sql) }
}

function contentMethods(sql: Sql, registration: Parameters<typeof registerPack>[2]) {
  return {
    registerPack: (input: RegisterPackInput) => registerPack(sql, input, registration),
    search: (query: Query, predicate: Predicate, searchOptions?: SearchOptions) =>
      search(sql, query, predicate, searchOptions),
    locateInstances: (locator: InstanceLocator, predicate: Predicate) => locateInstances(sql, locator, predicate),
    findInstancesBySopUid: (sopInstanceUid: string, predicate: Predicate) =>
      findInstancesBySopUid(sql, sopInstanceUid, predicate),
    takeDueStudies: async (limit: number = catalogLimits.maxStudiesPerTake) => {
      // What is judged anew becomes due by it.
      await settleStudies(sql, { samePerson: registration.samePerson, stableMs: 0 })
      return takeDueStudies(sql, limit)
    },
    listConflicts: (page: ConflictPage) => runQuery(() => listConflicts(sql, page)),
    listQuarantine: (filter: QuarantineFilter) => runQuery(() => listQuarantine(sql, filter)),
  }
}

function packMethods(sql: Sql) {
  return {
    findUnknownPacks: (packKeys: readonly string[]) => runQuery(() => findUnknownPacks(sql, packKeys)),
    listKnownPacks: (prefix: string) => runQuery(() => listKnownPacks(sql, prefix)),
    markPackVerified: (packKey: string) => runQuery(() => markPackVerified(sql, packKey)),
    countContents: () => runQuery(() => countContents(sql)),
  }
}

function recordMethods(sql: Sql) {
  const audit = new AuditAppender(sql)
  return {
    listEntities: () => runQuery(() => listEntities(sql)),
    writeEntity: (change: EntityChange) => writeEntity(sql, change),
    revokeTokens: (revocation: TokenRevocation, options?: { readonly recordEvent?: boolean | undefined }) =>
      revokeTokens(sql, revocation, options),
    listTokenRevocations: () => runQuery(() => listTokenRevocations(sql)),
    appendAudit: (entries: readonly AuditEntry[]) => audit.append(entries),
    anchorAudit: () => anchorAudit(sql),
    listAudit: (afterSeq: number, limit: number) => runQuery(() => listAudit(sql, afterSeq, limit)),
    verifyAudit: (shipped?: AuditAnchors) => runQuery(() => verifyAudit(sql, shipped)),
  }
}
