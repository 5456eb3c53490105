/** Both formats of one manifest, as they are registered together. */
export interface Submission {
  readonly manifestUid: string
  readonly studyInstanceUid: string
  /** ITI-65 Provide Document Bundle, encoded; made only when it is needed. */
  readonly bundle: () => Uint8Array
}

export interface EntryReferences {
  readonly kos: string | undefined
  readonly fhir: string | undefined
}

/** One document entry that is current at the registry. */
export interface RegistryEntry {
  readonly manifestUid: string
  readonly format: 'kos' | 'fhir'
  /** `DocumentReference/…` */
  readonly reference: string
}

/**
 * The index of the health record. Where another kind plugs in (XDS-I.b, the national gateway): all fail with RegistryError, and
 * submitting the same again is the caller's risk, who therefore asks first.
 */
export interface Registry {
  readonly kind: 'own' | 'mhd'
  /** What is registered must not be asked of anybody else. */
  readonly isExternal: boolean
  submit(submission: Submission, signal: AbortSignal): Promise<EntryReferences>
  /** Which entries of these manifests are current there; `undefined`: it does not allow the question. */
  findCurrent(manifestUids: readonly string[], signal: AbortSignal): Promise<readonly RegistryEntry[] | undefined>
  /** Absent afterwards, whether or not it was there. */
  withdraw(reference: string, signal: AbortSignal): Promise<void>
}

export type RegistryErrorCode = 'unreachable' | 'throttled' | 'failed' | 'garbage' | 'not-allowed' | 'refused'

/** A registry that did not do it, or did not say so. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: RegistryErrorCode
  readonly retryable: boolean
  /** It may have done it all the same. */
  readonly isUncertain: boolean
  readonly retryAfterMs: number | undefined
  /** Its own words, bounded; for the operator alone, since they may quote a patient. */
  readonly text: string

  constructor(
    code: RegistryErrorCode,
    o: { text?: string; isUncertain?: boolean; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(`the registry: ${code}`, o.cause === undefined ? undefined : { cause: o.cause })
    this.code = code
    this.retryable = code !== 'refused'
    this.isUncertain = o.isUncertain ?? false
    this.retryAfterMs = o.retryAfterMs
    this.text = o.text ?? code
  }
}
