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
