// The shapes the methods above take and give, so that their callers need one import.
export type { DicomJson, InstanceHeader, Match, Query, QueryKey, QueryLevel } from '@vna/dicom'
export type { AuditEntry, AuditRow } from './audit/audit-chain.ts'
export type { AuditVerdict } from './audit/verify-audit.ts'
export type { EntityChange } from './entities/write-entity.ts'
export type { FseEvent } from './fse-event.ts'
export { canonicalJson } from './header/canonical-json.ts'
export { codiceFiscaleIssuer, isCodiceFiscale } from './header/codice-fiscale.ts'
export {
  type Identifier,
  type IdentityLink,
  type IdentityMerge,
  type IdentityUnmerge,
  identityLimits,
  isNationalIssuer,
} from './identity/identity.ts'
export type { IdentityCatalog } from './identity/identity-methods.ts'
export type { ResolvedIdentifier } from './identity/resolve-identifiers.ts'
export { catalogLimits } from './limits.ts'
export { type Catalog, type CatalogOptions, openCatalog } from './open-catalog.ts'
export { type HealthRecord, openHealthRecord } from './open-health-record.ts'
export type { ManifestFacets, ManifestRow, NewManifest } from './publications/manifest-row.ts'
export type { DaySpan, EntryCode, ManifestSearch, MomentSpan, SearchedToken } from './publications/manifest-search.ts'
export type { ManifestStudyRow } from './publications/manifest-study.ts'
export { insertNotification, type NewNotification, type Notification } from './publications/notifications.ts'
export type { PublicationCatalog } from './publications/publication-catalog.ts'
export type { ListedPublication } from './publications/read-publications.ts'
export type {
  FoundEntry,
  FoundPage,
  FoundStudy,
  ManifestCursor,
  ManifestOrder,
} from './publications/search-manifests.ts'
export type { PublicationState, TakenPublication } from './publications/take-publications.ts'
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
export type {
  Evaluation,
  EvaluationRules,
  InheritedLink,
  KnownDecision,
  LinkingContext,
} from './reports/evaluate-report.ts'
export { type CandidateQuery, type CandidateStudy, candidateStatement } from './reports/find-candidates.ts'
export type { LinkFilter, ReportFilter, ReviewItem } from './reports/read-reports.ts'
export type { NewOrder } from './reports/receive-order.ts'
export type { ReceivedReport } from './reports/receive-report.ts'
export {
  isReportId,
  type LinkDecision,
  type LinkDecisionKind,
  type LinkEvidenceRecord,
  type NewReport,
  type NumberInDomain,
  type Report,
  type ReportFactsRecord,
  type ReportLink,
  type ReportLinkState,
  type ReportSource,
  type ReportState,
  reportIdOf,
  reportLimits,
} from './reports/report.ts'
export type { ReportCatalog } from './reports/report-methods.ts'
export type { DesiredLink, LinkChange } from './reports/write-links.ts'
export { type SearchOptions, unsupportedKeys } from './search/compile-search.ts'
export { isVisible, type Predicate, type StudyFacts } from './search/predicate.ts'
export type { Visibility, VisibilityDecision, VisibilityKind } from './visibility/visibility.ts'
export type { VisibilityCatalog } from './visibility/visibility-methods.ts'
