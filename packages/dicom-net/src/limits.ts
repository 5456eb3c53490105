import { UlError } from './errors.ts'

/** Every limit of the package by name. Lengths in bytes, times in milliseconds. */
export interface UlLimits {
  /** Maximum PDU length announced to the peer (PS3.8 D.1): its P-DATA-TF PDUs should not be longer. */
  readonly announcedMaxPduLengthBytes: number
  /** A P-DATA-TF PDU that announces more is refused before a byte of it is read. Larger than what is announced, since PDUs are never buffered and some senders count differently. */
  readonly maxPduLengthBytes: number
  /** A-ASSOCIATE-RQ and -AC, the only PDUs that are buffered. */
  readonly maxAssociatePduLengthBytes: number
  /** Longest P-DATA-TF PDU we send, whatever the peer would take. */
  readonly maxSentPduLengthBytes: number
  readonly maxCommandSetBytes: number
  /** A data set collected in memory: a response to our own request, an identifier. Stored instances are never collected. */
  readonly maxCollectedDataSetBytes: number
  /** A streamed data set, which is never held: beyond, the peer is not sending an instance any more. */
  readonly maxDataSetBytes: number
  /** Operations the peer may have under way at once (PS3.7 D.3.3.3), granted only when it proposes the window. */
  readonly maxOperationsPerAssociation: number
  /** Established associations in all; beyond, rejected 2/3/2 (local limit exceeded). */
  readonly maxAssociations: number
  /** TCP connections in all, associated or not; beyond, closed at once. */
  readonly maxConnections: number
  /** TCP connections of one address that have no association yet; beyond, closed at once. */
  readonly maxWaitingConnectionsPerAddress: number
  /** ARTIM (PS3.8 9.1.5) from the TCP connection to the whole A-ASSOCIATE-RQ. */
  readonly artimTimeoutMs: number
  /** ARTIM from our last word (rejection, release, abort) to the peer's close of the connection. */
  readonly closeTimeoutMs: number
  /** The host's decision on an association; beyond, rejected 2/3/1 (temporary congestion). */
  readonly decisionTimeoutMs: number
  /** Established, nothing under way, nothing arriving. */
  readonly idleTimeoutMs: number
  /** Inside a PDU or a message the peer must bring `minProgressBytes` in every such interval, and read what we send. */
  readonly progressIntervalMs: number
  readonly minProgressBytes: number
  /** Bytes that wait because the peer does not read; beyond, the association is aborted. */
  readonly maxUnsentBytes: number
  readonly readBufferBytes: number
  /** Requestor: TCP (and TLS) connection. */
  readonly connectTimeoutMs: number
  /** Requestor: from the last byte of a request to its response, and to A-ASSOCIATE-AC and A-RELEASE-RP. */
  readonly responseTimeoutMs: number
  /** Silence after which TCP probes whether the peer is still there. */
  readonly tcpKeepAliveMs: number
}

export const defaultUlLimits: UlLimits = Object.freeze({
  announcedMaxPduLengthBytes: 64 * 1024,
  maxPduLengthBytes: 1024 * 1024,
  maxAssociatePduLengthBytes: 512 * 1024,
  maxSentPduLengthBytes: 128 * 1024,
  maxCommandSetBytes: 16 * 1024,
  maxCollectedDataSetBytes: 16 * 1024 * 1024,
  maxDataSetBytes: 64 * 1024 ** 3,
  maxOperationsPerAssociation: 8,
  maxAssociations: 256,
  maxConnections: 512,
  maxWaitingConnectionsPerAddress: 64,
  artimTimeoutMs: 30_000,
  closeTimeoutMs: 5_000,
  decisionTimeoutMs: 10_000,
  idleTimeoutMs: 120_000,
  progressIntervalMs: 30_000,
  minProgressBytes: 1024,
  maxUnsentBytes: 4 * 1024 * 1024,
  readBufferBytes: 256 * 1024,
  connectTimeoutMs: 10_000,
  responseTimeoutMs: 120_000,
  tcpKeepAliveMs: 60_000,
})

/** Fills in the defaults. Throws `invalid-argument` for a value that cannot work. */
export function resolveLimits(limits: Partial<UlLimits> = {}): UlLimits {
  const resolved = { ...defaultUlLimits, ...limits }
  for (const [name, value] of Object.entries(resolved)) {
    if (!Number.isSafeInteger(value) || value <= 0) {
      throw new UlError('invalid-argument', `limit ${name} must be a positive integer`, { details: { limit: name } })
    }
  }
  // A peer may fill what was announced, so the hard limit is never below it.
  const maxPduLengthBytes = Math.max(resolved.maxPduLengthBytes, resolved.announcedMaxPduLengthBytes)
  return Object.freeze({ ...resolved, maxPduLengthBytes })
}
