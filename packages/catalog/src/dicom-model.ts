/** The shapes of @vna/dicom that this package reads. */
export type DicomJson = Record<string, DicomJsonElement>
export interface DicomJsonElement {
  vr: string
  Value?: unknown[]
  BulkDataURI?: string
  InlineBinary?: string
}

export interface PatientHeader {
  readonly id?: string | undefined
  readonly issuer?: string | undefined
  readonly issuerOid?: string | undefined
  readonly otherIds?:
    | readonly { id: string; issuer?: string | undefined; issuerOid?: string | undefined; type?: string | undefined }[]
    | undefined
  readonly name?: string | undefined
  readonly birthDate?: string | undefined
  readonly sex?: string | undefined
}

export interface StudyHeader {
  readonly date?: string | undefined
  readonly time?: string | undefined
  readonly accessionNumber?: string | undefined
  readonly issuerOfAccession?: string | undefined
  readonly id?: string | undefined
  readonly description?: string | undefined
  readonly referringPhysicianName?: string | undefined
  readonly timezoneOffset?: string | undefined
}

export interface SeriesHeader {
  readonly modality?: string | undefined
  readonly number?: string | number | undefined
  readonly description?: string | undefined
  readonly bodyPart?: string | undefined
  readonly laterality?: string | undefined
  readonly protocolName?: string | undefined
  readonly stationName?: string | undefined
  readonly institutionName?: string | undefined
  readonly performedProcedureStepStartDate?: string | undefined
  readonly performedProcedureStepStartTime?: string | undefined
  readonly requestAttributes?: readonly unknown[] | undefined
}

export interface InstanceLevelHeader {
  readonly number?: string | number | undefined
  readonly rows?: number | undefined
  readonly columns?: number | undefined
  readonly bitsAllocated?: number | undefined
  readonly numberOfFrames?: string | number | undefined
  readonly contentDate?: string | undefined
  readonly contentTime?: string | undefined
  readonly conceptName?: unknown
}

export interface InstanceHeader {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly studyInstanceUid: string
  readonly seriesInstanceUid: string
  readonly patient: PatientHeader
  readonly study: StudyHeader
  readonly series: SeriesHeader
  readonly instance: InstanceLevelHeader
}

export type QueryLevel = 'patient' | 'study' | 'series' | 'instance'

export type Match =
  | { readonly kind: 'universal' }
  | { readonly kind: 'single'; readonly value: string }
  | { readonly kind: 'wildcard'; readonly pattern: string }
  | { readonly kind: 'range'; readonly from?: string | undefined; readonly to?: string | undefined }
  | { readonly kind: 'uid-list'; readonly uids: readonly string[] }

export interface QueryKey {
  readonly tag: number
  readonly keyword: string
  readonly vr: string
  readonly match: Match
  readonly path?: readonly number[] | undefined
}

export interface Query {
  readonly level: QueryLevel
  readonly keys: readonly QueryKey[]
  readonly includeFields: readonly number[] | 'all'
  readonly limit?: number | undefined
  readonly offset: number
  readonly fuzzy: boolean
}
