/** What a manifest says of a study; of the same shape as the health record's package reads it. */
export interface ManifestStudyRow {
  readonly studyInstanceUid: string
  readonly studyDate: string | undefined
  readonly studyTime: string | undefined
  readonly timezoneOffset: string | undefined
  readonly studyId: string | undefined
  readonly description: string | undefined
  readonly referringPhysicianName: string | undefined
  readonly procedureCode: CodedRow | undefined
  readonly institutionName: string
  readonly patient: {
    /** Codice fiscale, STP or ENI; absent where nobody told whose identifiers these are, or two persons were told. */
    readonly national: IdentifierRow | undefined
    readonly identifiers: readonly IdentifierRow[]
    readonly name: string | undefined
    readonly birthDate: string | undefined
    readonly sex: string | undefined
  }
  /** Empty only before `ensureAccession`. */
  readonly requests: readonly ManifestRequestRow[]
  readonly series: readonly ManifestSeriesRow[]
}

export interface CodedRow {
  readonly code: string
  readonly scheme: string
  readonly meaning: string
}

export interface IdentifierRow {
  readonly value: string
  readonly issuer: string
}

export interface ManifestRequestRow {
  readonly accessionNumber: string
  readonly accessionIssuerOid: string
  readonly generated: boolean
  readonly placerOrderNumber?: string | undefined
  readonly placerIssuerOid?: string | undefined
  readonly fillerOrderNumber?: string | undefined
  readonly fillerIssuerOid?: string | undefined
}

export interface ManifestSeriesRow {
  readonly seriesInstanceUid: string
  readonly modality: string
  readonly seriesNumber: number | undefined
  readonly description: string | undefined
  readonly date: string | undefined
  readonly time: string | undefined
  readonly bodyPart: string | undefined
  readonly laterality: string | undefined
  readonly instances: readonly ManifestInstanceRow[]
}

export interface ManifestInstanceRow {
  readonly sopInstanceUid: string
  readonly sopClassUid: string
  readonly instanceNumber: number | undefined
  readonly numberOfFrames: number | undefined
  readonly documentTitle: CodedRow | undefined
}
