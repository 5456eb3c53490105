import type { SubmissionOptions } from './submission-options.ts'

export type ManifestProfile = 'xdsi' | 'mado-ti' | 'mado-final'

/** What a manifest needs beside the study. Equal study and options give equal bytes: no clock is read. */
export interface ManifestOptions {
  readonly profile: ManifestProfile
  /** 1 for the first manifest of a study. */
  readonly version: number
  /** YYYYMMDDHHMMSS in the zone of `timezoneOffset`. */
  readonly createdAt: string
  /** `+0100` */
  readonly timezoneOffset: string
  readonly manufacturer: string
  /** OID that consumers resolve to this archive's WADO-RS service. */
  readonly retrieveLocationUid: string
  /** WADO-RS base address, without a slash at its end. */
  readonly wadoRsUrl: string
  /** Opens the study in a viewer. */
  readonly displayUri?: string | undefined
  /** `mado-final` waits for the publication of CP-2595; asking for it without this is an error. */
  readonly allowFinal?: boolean | undefined
  /** National codes and names of the submission; what is absent has the default of `defaultSubmissionOptions`. */
  readonly submission?: Partial<SubmissionOptions> | undefined
}
