import type { CodedValue } from '@vna/dicom'
import type { ResolvedPatient } from './identifiers.ts'

/** One order of a study (Referenced Request Sequence). */
export interface ManifestRequest {
  readonly accessionNumber: string
  readonly accessionIssuerOid: string
  /** True for a number this archive made because the study had none; it stays marked so for ever. */
  readonly generated: boolean
  readonly placerOrderNumber?: string | undefined
  readonly placerIssuerOid?: string | undefined
  readonly fillerOrderNumber?: string | undefined
  readonly fillerIssuerOid?: string | undefined
}

export interface ManifestInstance {
  readonly sopInstanceUid: string
  readonly sopClassUid: string
  readonly instanceNumber?: number | undefined
  /** Only of multi-frame objects. */
  readonly numberOfFrames?: number | undefined
  /** Document Title of a Key Object Selection, and its description. */
  readonly documentTitle?: CodedValue | undefined
  readonly keyObjectDescription?: string | undefined
}

export interface ManifestSeries {
  readonly seriesInstanceUid: string
  readonly modality: string
  readonly seriesNumber?: number | undefined
  readonly description?: string | undefined
  /** YYYYMMDD */
  readonly date?: string | undefined
  /** HHMMSS */
  readonly time?: string | undefined
  /** Body Part Examined as received. */
  readonly bodyPart?: string | undefined
  readonly laterality?: string | undefined
  readonly instances: readonly ManifestInstance[]
}

/** A stable study as the catalog knows it: all that a manifest is made of. */
export interface ManifestStudy {
  readonly studyInstanceUid: string
  /** YYYYMMDD and HHMMSS as received. */
  readonly studyDate?: string | undefined
  readonly studyTime?: string | undefined
  /** `+0100`; absent: the archive's own. */
  readonly timezoneOffset?: string | undefined
  readonly studyId?: string | undefined
  readonly description?: string | undefined
  readonly referringPhysicianName?: string | undefined
  readonly procedureCode?: CodedValue | undefined
  readonly institutionName: string
  readonly institutionOid?: string | undefined
  readonly patient: ResolvedPatient
  /** Simple case one, group case several; never empty: the absent case has a generated one. */
  readonly requests: readonly ManifestRequest[]
  readonly series: readonly ManifestSeries[]
}
