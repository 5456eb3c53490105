/** How something came or went. */
export const transmissionProtocols = ['dimse', 'stow', 'dicomweb', 'reports', 'mllp', 'mhd'] as const
export type TransmissionProtocol = (typeof transmissionProtocols)[number]

export const transmissionOutcomes = [
  /* how an association ended */
  'released',
  'rejected',
  'aborted',
  'timeout',
  'lost',
  /* how a request or a connection ended */
  'complete',
  'not-modified',
  /** Part of it arrived or left. */
  'broken',
  'failed',
] as const
export type TransmissionOutcome = (typeof transmissionOutcomes)[number]

/** Why it did not end well: the codes of the errors that the edges meet, so that operators can search and count them. */
export const transmissionReasons = [
  /* A-ASSOCIATE-RJ: result, source, reason (PS3.8 9.3.4) */
  'rejected 1/1/2',
  'rejected 1/1/3',
  'rejected 1/1/7',
  'rejected 1/2/2',
  'rejected 2/3/1',
  'rejected 2/3/2',
  /* an association */
  'pdu-unrecognized',
  'pdu-invalid',
  'pdu-too-long',
  'command-set-invalid',
  'command-set-too-long',
  'message-out-of-order',
  'context-not-accepted',
  'data-set-too-long',
  'connect-failed',
  'association-rejected',
  'association-aborted',
  'association-released',
  'connection-lost',
  'timeout',
  'no-presentation-context',
  'invalid-argument',
  'wrong-state',
  'cancelled',
  'source-failed',
  /* who asks */
  'missing-token',
  'invalid-token',
  'expired-token',
  'revoked-token',
  'standing-unknown',
  'invalid-claims',
  'key-unreadable',
  'forbidden',
  'audit-unavailable',
  'unknown-host',
  'too-many-connections',
  /* a request over HTTP */
  'bad-request',
  'content-type-malformed',
  'accept-malformed',
  'multipart-malformed',
  'multipart-boundary-invalid',
  'multipart-header-malformed',
  'multipart-limit',
  'multipart-truncated',
  'path-uid-invalid',
  'unauthorized',
  'not-found',
  'not-acceptable',
  'payload-too-large',
  'unsupported-media-type',
  'too-many-requests',
  'unavailable',
  /* an answer that leaves */
  'client-gone',
  'client-stalled',
  'object-unreadable',
  'object-too-short',
  'index-mismatch',
  'inflated-too-short',
  /* a report or a message */
  'empty',
  'too-large',
  'too-deep',
  'too-many-nodes',
  'identifier-too-long',
  'unsupported-content-type',
  'unsupported-encoding',
  'malformed-encoding',
  'malformed-xml',
  'doctype-forbidden',
  'malformed-json',
  'malformed-base64',
  'malformed-pdf',
  'encrypted-pdf',
  'unsupported-pdf-filter',
  'inflate-limit',
  'no-embedded-document',
  'malformed-hl7',
  'unsupported-message',
  'framing',
  'not-a-report',
  'missing-report-id',
  'missing-patient',
  'conflicting-patient',
  'foreign-domain',
  'too-complex',
  /* a registry of the health record */
  'unreachable',
  'throttled',
  'garbage',
  'not-allowed',
  'refused',
  /* the rest */
  'lost',
  'failed',
  'internal',
] as const
export type TransmissionReason = (typeof transmissionReasons)[number]

const knownReasons: ReadonlySet<string> = new Set(transmissionReasons)

/** The code of an error as a reason; `internal` for what is not among them, so that the list stays closed. */
export function transmissionReasonOf(error: unknown): TransmissionReason {
  const code = error instanceof Error && 'code' in error ? error.code : error
  return typeof code === 'string' && knownReasons.has(code) ? (code as TransmissionReason) : 'internal'
}
