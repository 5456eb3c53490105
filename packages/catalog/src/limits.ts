/** Every bound of this package by name. */
export const catalogLimits = {
  /** Text kept of one attribute; a longer one is cut, because an index row of PostgreSQL holds 2,704 bytes. */
  maxTextChars: 512,
  /** Identifiers share an index row with their issuer, hence less. */
  maxIdentifierChars: 256,
  /** Distinct study (or series) headers told apart in a study; more count as the one shown. Some devices vary them by image. */
  maxHeaders: 256,
  /** Versions of one SOP Instance UID in a study; what comes beyond (a device that uses one UID for all) is quarantined. */
  maxVersions: 1000,
  /** DICOM JSON kept of Request Attributes Sequence. */
  maxRequestAttributesBytes: 16_384,
  maxConnections: 10,
  closeTimeoutSeconds: 5,
  connectTimeoutSeconds: 10,
  /** First and longest pause between two attempts of a transaction. */
  retryFirstMs: 2,
  retryMaxMs: 250,
  /** Dictionaries are made again at most so often before a registration fails, to be tried again by its job. */
  maxDictionaryAttempts: 5,
  /** A statement longer than this is given up by the server. */
  statementTimeoutMs: 60_000,
  maxStudiesPerTake: 100,
  maxEventsPerShipment: 1000,
  rebuildPollMs: 100,
  rebuildAttemptsBeforeWaiting: 20,
  defaultStudyStableMs: 60_000,
  /** So many audit entries at most follow the last hash that left the database. */
  auditEntriesPerAnchor: 1000,
  maxStudyUidsPerTransmission: 100,
} as const
