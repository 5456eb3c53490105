const miB = 1024 * 1024

/** What HL7 senders may ask of this service. */
export const mllpListenerLimits = {
  maxConnections: 64,
  maxConnectionsPerHost: 8,
  /** A message, documents inside it included. */
  maxMessageBytes: 64 * miB,
  /** Messages about patients and orders carry no documents. */
  maxSmallMessageBytes: miB,
  /** Of all connections together. */
  maxBytesAtOnce: 192 * miB,
  /** A connection without a message for so long is closed; senders open another. */
  idleTimeoutMs: 15 * 60_000,
  /** From the first byte of a message to its last. */
  messageTimeoutMs: 60_000,
  /** A host name of an entity is looked up again after this. */
  hostCacheMs: 60_000,
  maxCachedHosts: 10_000,
  /** For the handshake of TLS. */
  handshakeTimeout: 10_000,
  closeGraceMs: 1_000,
} as const
