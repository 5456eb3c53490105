// The shapes the methods above take and give, so that their callers need one import.
export type { DicomJson, InstanceHeader, Match, Query, QueryKey, QueryLevel } from '@vna/dicom'
export type { AuditEntry, AuditRow } from './audit/audit-chain.ts'
export type { AuditVerdict } from './audit/verify-audit.ts'
export type { EntityChange } from './entities/write-entity.ts'
export { canonicalJson } from './header/canonical-json.ts'
export { codiceFiscaleIssuer, isCodiceFiscale } from './header/codice-fiscale.ts'
export { absentInstanceNumber } from './header/instance-attributes.ts'
export { catalogLimits } from './limits.ts'
export { type Catalog, type CatalogOptions, openCatalog } from './open-catalog.ts'
export type { CatalogCounts } from './queries/count-contents.ts'
export type { DuplicatePolicy, EntityKind, EntityRow, EntityStatus } from './queries/entity-row.ts'
export type { Transmission } from './queries/insert-transmissions.ts'
export type { KnownPack } from './queries/list-known-packs.ts'
export type { QuarantineEntry, QuarantineFilter } from './queries/list-quarantine.ts'
export type { ListedTransmission, TransmissionFilter } from './queries/list-transmissions.ts'
export type { InstanceLocator, LocatedInstance } from './queries/locate-instances.ts'
export type { StableStudy } from './queries/take-due-studies.ts'
export type {
  QuarantinedInstance,
  ReceivedMember,
  RegisteredInstance,
  RegisterPackInput,
  RegisterPackResult,
} from './register/register-pack-input.ts'
export { type SearchOptions, unsupportedKeys } from './search/compile-search.ts'
export {
  compilePredicate,
  isVisible,
  type Predicate,
  type Scope,
  type StudyFacts,
  shownInstance,
} from './search/predicate.ts'
export { arrivalFlags } from './versions/current-version.ts'
