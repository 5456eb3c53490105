/** Every bound of this package by name. */
export const catalogLimits = {
  /**
   * Distinct study (or series) headers of one entity that are told apart in a study; more count as its first. Some devices vary
   * them by image. Three hundred entities in one study would use up the numbers, which are a smallint.
   */
  maxHeadersPerEntity: 100,
  /**
   * Versions of one SOP Instance UID in a study that one entity sends; what comes beyond (a device that uses one UID for all)
   * is quarantined.
   */
  maxVersionsPerEntity: 1000,
  /** Of all entities together: `instances.version` is a smallint. An entity that has none yet may use the last 767. */
  maxVersions: 32_767,
  versionsKeptForFirst: 767,
  /** DICOM JSON kept of Request Attributes Sequence. */
  maxRequestAttributesBytes: 16_384,
  /** Dictionaries are made again at most so often before a registration fails, to be tried again by its job. */
  maxDictionaryAttempts: 5,
  /** Dictionary values a process remembers having seen in the database; then it asks anew. */
  maxKnownValues: 100_000,
  maxStudiesPerTake: 100,
  maxConflictsListed: 1_000,
  defaultStudyStableMs: 60_000,
  /** So many audit entries at most follow the last hash that left the database. */
  auditEntriesPerAnchor: 1000,
} as const

/**
 * Keys of the dictionaries. What the standard lists is always entered. An instance whose private SOP class, transfer syntax
 * or issuer is beyond a limit is kept, in quarantine. Counted by day of arrival, so that a rebuild admits what was admitted.
 */
export const dictionaryLimits = {
  /** SOP classes and transfer syntaxes: `instances` holds their ids as smallint, so three hundred entities fill it, not one. */
  uids: { maxNewPerEntityAndDay: 50, maxNewPerEntity: 100, maxEntries: 32_767, keptForStandard: 1_000 },
  issuers: {
    maxNewPerEntityAndDay: 1_000,
    maxNewPerEntity: 100_000,
    maxEntries: 2_147_483_647,
    keptForStandard: 1_000,
  },
} as const
