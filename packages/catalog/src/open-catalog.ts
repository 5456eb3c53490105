import { migrateDatabase } from './database/migrate.ts'
import { type DatabaseOptions, openDatabase, type Sql } from './database/open-database.ts'
import type { DicomJson, Query } from './dicom-model.ts'
import { catalogLimits } from './limits.ts'
import { findInstancesBySopUid } from './queries/find-instances-by-sop-uid.ts'
import { type InstanceLocator, type LocatedInstance, locateInstances } from './queries/locate-instances.ts'
import { registerPack } from './register/register-pack.ts'
import type { RegisterPackInput, RegisterPackResult } from './register/register-pack-input.ts'
import type { SearchOptions } from './search/compile-search.ts'
import type { Predicate } from './search/predicate.ts'
import { search } from './search/search.ts'

export interface CatalogOptions extends DatabaseOptions {
  /** Quiet time after which a study of an entity without a time of its own counts as stable. */
  readonly defaultStudyStableMs?: number
}

/** The catalog of one database. Every method fails with CatalogError; `retryable` tells whether to try again. */
export interface Catalog {
  readonly sql: Sql
  migrate(): Promise<{ applied: readonly string[] }>
  registerPack(input: RegisterPackInput): Promise<RegisterPackResult>
  search(query: Query, predicate: Predicate, options?: SearchOptions): Promise<readonly DicomJson[]>
  locateInstances(locator: InstanceLocator, predicate: Predicate): Promise<readonly LocatedInstance[]>
  findInstancesBySopUid(sopInstanceUid: string, predicate: Predicate): Promise<readonly LocatedInstance[]>
  close(): Promise<void>
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
    registerPack: (input) => registerPack(sql, input, registration),
    search: (query, predicate, searchOptions) => search(sql, query, predicate, searchOptions),
    locateInstances: (locator, predicate) => locateInstances(sql, locator, predicate),
    findInstancesBySopUid: (sopInstanceUid, predicate) => findInstancesBySopUid(sql, sopInstanceUid, predicate),
    close: () => sql.end({ timeout: 5 }),
  }
}
