/** An identifier in its domain. `issuer` is an OID where one is known, else a local name (`entity:ASST-TEST`). */
export interface PatientIdentifier {
  readonly value: string
  readonly issuer: string
}

/** Which person two identifiers speak of is decided by the cross-reference, not by comparing texts. */
export interface ResolvedPatient {
  /** Codice fiscale, STP or ENI: the identifier under which the health record knows the person; absent: unresolved. */
  readonly national: PatientIdentifier | undefined
  /** All identifiers known for the person, the national one included. */
  readonly identifiers: readonly PatientIdentifier[]
  readonly name: string | undefined
  /** YYYYMMDD */
  readonly birthDate: string | undefined
  /** M, F or O. */
  readonly sex: string | undefined
}
