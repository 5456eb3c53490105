import type { PatientIdentifier } from './identifiers.ts'

export type ReportFormat = 'cda2' | 'fhir' | 'hl7v2' | 'dicom-sr' | 'dicom-pdf'

/** A number in a domain; a radiology report often names an accession without its issuer. */
export interface OrderIdentifier {
  readonly value: string
  readonly issuer?: string | undefined
}

/** What a linker reads of a report, whatever its format. Texts are normalised: codice fiscale in capitals, numbers trimmed. */
export interface ReportFacts {
  readonly format: ReportFormat
  /** Unique id of this version: `root^extension` of a CDA, `system|value` of FHIR, SOP Instance UID, or placer of an ORU. */
  readonly uniqueId: string
  readonly setId?: string | undefined
  readonly version?: number | undefined
  /** Unique ids of the versions that this one replaces (RPLC). */
  readonly replaces: readonly string[]
  /** An addendum completes another report and does not replace it. */
  readonly appends: readonly string[]
  /** Names of what carried the document: a message without one may take it back under these. */
  readonly aliases?: readonly string[] | undefined
  /** LOINC of the document. */
  readonly type?: string | undefined
  readonly confidentiality?: 'N' | 'R' | 'V' | undefined
  readonly patientIdentifiers: readonly PatientIdentifier[]
  readonly patientName?: string | undefined
  readonly patientBirthDate?: string | undefined
  readonly studyInstanceUids: readonly string[]
  readonly accessions: readonly OrderIdentifier[]
  readonly placerOrders: readonly OrderIdentifier[]
  readonly fillerOrders: readonly OrderIdentifier[]
  /** Electronic prescription numbers. */
  readonly prescriptions: readonly string[]
  /** YYYYMMDD of the exam. */
  readonly examDate?: string | undefined
  readonly modalities: readonly string[]
  readonly procedureCodes: readonly { readonly code: string; readonly system: string }[]
  readonly facility?: string | undefined
  /** YYYYMMDDHHMMSS of the document. */
  readonly createdAt?: string | undefined
  /** The sender takes the report back (FHIR entered-in-error or cancelled, HL7 v2 results deleted or wrong). */
  readonly withdrawn?: boolean | undefined
}
