// Whoever registers packs needs the record's word on whether two holders speak of one person.
export { samePerson } from '@vna/fse'
export {
  cleanIdentifier,
  type Identifier,
  type IdentityLink,
  type IdentityMerge,
  type IdentityUnmerge,
  identityLimits,
} from './identity/identity.ts'
export type { DomainOwner } from './identity/identity-domains.ts'
export type { IdentityCatalog } from './identity/identity-methods.ts'
export type { MergeProposal, ProposalDecision } from './identity/merge-proposals.ts'
export type { ResolvedIdentifier } from './identity/resolve-identifiers.ts'
export { type HealthRecord, openHealthRecord } from './open-health-record.ts'
export type { ManifestFacets, ManifestRow, NewManifest } from './publications/manifest-row.ts'
export type { DaySpan, EntryCode, ManifestSearch, MomentSpan, SearchedToken } from './publications/manifest-search.ts'

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
export type {
  Evaluation,
  EvaluationRules,
  InheritedLink,
  KnownDecision,
  LinkingContext,
} from './reports/evaluate-report.ts'
export { type CandidateQuery, type CandidateStudy, candidateStatement } from './reports/find-candidates.ts'
export type { DesiredLink, LinkChange } from './reports/link-changes.ts'
export type { LinkFilter, ReportFilter, ReviewItem } from './reports/read-reports.ts'
export type { NewOrder } from './reports/receive-order.ts'
export type { ReceivedReport } from './reports/receive-report.ts'
export {
  isReportId,
  type LinkDecision,
  type LinkDecisionKind,
  type NewReport,
  type Report,
  type ReportLink,
  type ReportSource,
  type ReportState,
  reportIdOf,
  reportLimits,
} from './reports/report.ts'
export type { ReportCatalog } from './reports/report-methods.ts'
export type { Visibility, VisibilityDecision, VisibilityKind } from './visibility/visibility.ts'
export type { VisibilityCatalog } from './visibility/visibility-methods.ts'
