export { FseError, type FseErrorCode, type FseErrorDetails } from './model/fse-error.ts'
export type { PatientIdentifier, ResolvedPatient } from './model/identifiers.ts'
export type { LinkEvidence, LinkState, LinkTier, ProposedLink, StudyFacts } from './model/link.ts'
export type {
  CodedValue,
  ManifestInstance,
  ManifestRequest,
  ManifestSeries,
  ManifestStudy,
} from './model/manifest-study.ts'
export { oids } from './model/oids.ts'
export type { OrderIdentifier, ReportFacts, ReportFormat } from './model/report.ts'
export { defaultReportDomains, type ReportDomains } from './reports/domains.ts'
export { type ReportLimits, reportLimits } from './reports/limits.ts'
export { parseReport } from './reports/parse-report.ts'
