import type { PatientIdentifier } from './identifiers.ts'
import type { OrderIdentifier } from './report.ts'

export type LinkTier = 'T1' | 'T2' | 'T3' | 'T4'
export type LinkState = 'LINKED' | 'REVIEW' | 'REJECTED_CONFLICT' | 'UNLINKED' | 'SUPERSEDED'

/** Why a pair is linked or not: names and outcomes, never values of the patient. */
export interface LinkEvidence {
  readonly key:
    | 'study-instance-uid'
    | 'accession'
    | 'accession-without-issuer'
    | 'placer-order'
    | 'filler-order'
    | 'prescription'
    | 'patient'
    | 'exam-date'
    | 'modality'
    | 'procedure'
    | 'facility'
    | 'report-within-study'
    | 'inherited'
  readonly outcome: 'equal' | 'different' | 'absent' | 'within-window' | 'outside-window' | 'ambiguous'
}

/** What the linker needs to know of a study. */
export interface StudyFacts {
  readonly studyInstanceUid: string
  readonly patientIdentifiers: readonly PatientIdentifier[]
  readonly patientName?: string | undefined
  readonly patientBirthDate?: string | undefined
  readonly accessions: readonly (OrderIdentifier & { readonly generated?: boolean })[]
  readonly placerOrders: readonly OrderIdentifier[]
  readonly fillerOrders: readonly OrderIdentifier[]
  readonly studyDate?: string | undefined
  readonly modalities: readonly string[]
  readonly procedureCodes: readonly { readonly code: string; readonly system: string }[]
  readonly facility?: string | undefined
  /** Came by migration, or its exam lies before the archive's live date: never linked without a person's word. */
  readonly historical: boolean
}

export interface ProposedLink {
  readonly studyInstanceUid: string
  readonly tier: LinkTier
  readonly state: Extract<LinkState, 'LINKED' | 'REVIEW' | 'REJECTED_CONFLICT'>
  /** 0 to 1; 1 for the certain tiers. */
  readonly score: number
  readonly evidence: readonly LinkEvidence[]
}
