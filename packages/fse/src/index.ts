export type { BuiltBundle, BuiltDocumentReference, BuiltEndpoint, BuiltImagingStudy } from './fhir/built.ts'
export { encodeFhir } from './fhir/encode-fhir.ts'
export { type AdtEvent, type AdtFacts, type AdtOptions, type AdtPatient, adtFactsOf } from './hl7v2/adt-facts.ts'
export { type OrderFacts, orderFactsOf } from './hl7v2/order-message.ts'
export { defaultLinkingOptions, type LinkingOptions, linkReport } from './linking/link-report.ts'
export {
  type CrossReference,
  noCrossReference,
  type PatientAgreement,
  patientAgreement,
} from './linking/patient-agreement.ts'
export { type Person, samePerson } from './linking/same-person.ts'
export { buildFhirManifest } from './manifest/build-fhir-manifest.ts'
export { buildKosManifest, kosSopClassUid } from './manifest/build-kos-manifest.ts'
export { generatedAccessionMark } from './manifest/generated-accession.ts'
export { endpointsOf, imagingStudyOf } from './manifest/imaging-study.ts'
export { ManifestError, type ManifestErrorCode } from './manifest/manifest-error.ts'
export { contentHashOf, manifestUidOf, submissionUidOf } from './manifest/manifest-identity.ts'
export type { ManifestOptions, ManifestProfile } from './manifest/manifest-options.ts'
export {
  type DocumentReferenceInput,
  documentReferenceOf,
  type ManifestFormat,
  type ProvideDocumentInput,
  provideDocumentBundle,
} from './manifest/register-manifest.ts'
export {
  type ReportReferences,
  type ReportReferencesOptions,
  reportReferencesOf,
} from './manifest/report-references.ts'
export { defaultSubmissionOptions, type SubmissionOptions } from './manifest/submission-options.ts'
export { FseError, type FseErrorCode, type FseErrorDetails } from './model/fse-error.ts'
export type { PatientIdentifier, ResolvedPatient } from './model/identifiers.ts'
export type { LinkEvidence, LinkState, LinkTier, ProposedLink, StudyFacts } from './model/link.ts'
export type {
  ManifestInstance,
  ManifestRequest,
  ManifestSeries,
  ManifestStudy,
} from './model/manifest-study.ts'
export { oids } from './model/oids.ts'
export type { OrderIdentifier, ReportFacts, ReportFormat } from './model/report.ts'
export { reportFactsOfInstance, reportSopClassUids } from './reports/dicom/facts-of-instance.ts'
export { defaultReportDomains, type ReportDomains } from './reports/domains.ts'
export { type ReportLimits, reportLimits } from './reports/limits.ts'
export { parseReport } from './reports/parse-report.ts'
export { reportContentTypes } from './reports/report-kind.ts'
