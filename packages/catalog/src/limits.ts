/** Every bound of this package by name. */
export const catalogLimits = {
  /** Distinct study (or series) headers told apart in a study; more count as the one shown. Some devices vary them by image. */
  maxHeaders: 256,
  /** Versions of one SOP Instance UID in a study; what comes beyond (a device that uses one UID for all) is quarantined. */
  maxVersions: 1000,
  /** DICOM JSON kept of Request Attributes Sequence. */
  maxRequestAttributesBytes: 16_384,
  /** Dictionaries are made again at most so often before a registration fails, to be tried again by its job. */
  maxDictionaryAttempts: 5,
  maxStudiesPerTake: 100,
  defaultStudyStableMs: 60_000,
  /** So many audit entries at most follow the last hash that left the database. */
  auditEntriesPerAnchor: 1000,
} as const
