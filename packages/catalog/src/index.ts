// The shapes the methods above take and give, so that their callers need one import.
export type { DicomJson, InstanceHeader, Match, Query, QueryKey, QueryLevel } from '@vna/dicom'
export type { AuditEntry, AuditRow } from './audit/audit-chain.ts'
export type { AuditVerdict } from './audit/verify-audit.ts'
export type { CatalogCounts } from './count-contents.ts'
export type { DuplicatePolicy, EntityKind, EntityRow, EntityStatus } from './entities/entity-row.ts'
export type { EntityChange } from './entities/write-entity.ts'
export { canonicalJson } from './header/canonical-json.ts'
export { absentInstanceNumber } from './header/instance-attributes.ts'
export type { HolderPerson, SamePerson } from './holders/judge-holders.ts'
export type { ConflictPage, StudyConflict } from './holders/list-conflicts.ts'
export type { InstanceLocator, LocatedInstance } from './instances/locate-instances.ts'
export { catalogLimits } from './limits.ts'
export { type Catalog, type CatalogOptions, openCatalog } from './open-catalog.ts'
export type { KnownPack } from './packs/list-known-packs.ts'
export type { QuarantineEntry, QuarantineFilter } from './quarantine/list-quarantine.ts'
export type {
  QuarantinedInstance,
  ReceivedMember,
  RegisteredInstance,
  RegisterPackInput,
  RegisterPackResult,
} from './register/register-pack-input.ts'
export { type SearchOptions, unsupportedKeys } from './search/compile-search.ts'
export {
  type Branch,
  compilePredicate,
  isVisible,
  type Predicate,
  type StudyFacts,
  shownInstances,
  studiesOf,
} from './search/predicate.ts'
export type { StableStudy } from './studies/take-due-studies.ts'
export { type TokenRevocation, tokenRevocationLimits } from './tokens/token-revocation.ts'
export { arrivalFlags } from './versions/current-version.ts'
