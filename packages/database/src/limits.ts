/** Every bound of this package by name. */
export const databaseLimits = {
  /** Text kept of one attribute; a longer one is cut, because an index row of PostgreSQL holds 2,704 bytes. */
  maxTextChars: 512,
  /** Identifiers share an index row with their issuer, hence less. */
  maxIdentifierChars: 256,
  maxConnections: 10,
  closeTimeoutSeconds: 5,
  connectTimeoutSeconds: 10,
  /** First and longest pause between two attempts of a transaction. */
  retryFirstMs: 2,
  retryMaxMs: 250,
  /** A statement longer than this is given up by the server. */
  statementTimeoutMs: 60_000,
  maxEventsPerShipment: 1000,
  rebuildPollMs: 100,
  rebuildAttemptsBeforeWaiting: 20,
} as const
