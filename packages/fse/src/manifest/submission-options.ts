import type { CodedValue } from '@vna/dicom'

/** What a national or regional affinity domain decides; none of it is in the manifest's hash. */
export interface SubmissionOptions {
  /** XDS typeCode. */
  readonly type: CodedValue
  /** XDS classCode, and category of the Composition; `undefined`: the EU priority category Medical-Imaging. */
  readonly category: CodedValue | undefined
  readonly facilityType: CodedValue
  readonly practiceSetting: CodedValue
  /** HL7 v3 Confidentiality. */
  readonly confidentiality: 'N' | 'R' | 'V'
  /** BCP 47. */
  readonly language: string
  /** OID of the system that submits. */
  readonly sourceId: string
  /** SubmissionSet.contentTypeCode. */
  readonly contentType: CodedValue
  /** Title of document and submission. */
  readonly title: string
}

/** Values of MADO and of the EU where they exist; the Italian value sets for manifests are not published. */
export const defaultSubmissionOptions: SubmissionOptions = {
  type: { code: '18748-4', scheme: 'LN', meaning: 'Diagnostic imaging study' },
  category: undefined,
  facilityType: { code: '22232009', scheme: 'SCT', meaning: 'Hospital' },
  practiceSetting: { code: '394914008', scheme: 'SCT', meaning: 'Radiology' },
  confidentiality: 'N',
  language: 'it-IT',
  // Lombardy in the rules of the FSE gateway.
  sourceId: '2.16.840.1.113883.2.9.2.30',
  contentType: { code: '18748-4', scheme: 'LN', meaning: 'Diagnostic imaging study' },
  title: 'Manifesto delle immagini',
}

export function submissionOf(options: {
  readonly submission?: Partial<SubmissionOptions> | undefined
}): SubmissionOptions {
  return { ...defaultSubmissionOptions, ...options.submission }
}
