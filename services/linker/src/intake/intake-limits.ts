const miB = 1024 * 1024

/** What reports may ask of this service. Sizes in bytes. */
export const intakeLimits = {
  /** Of one report as it arrives. */
  maxReportBytes: 64 * miB,
  /** Of all reports being received or read at the same time; who comes beyond is asked to come again. */
  maxBytesAtOnce: 256 * miB,
  /** Of one sender. */
  maxBytesPerOwner: 128 * miB,
  /** Time to send a report. */
  bodyTimeoutMs: 60_000,
  parserThreads: 2,
  /** Reports that wait for a thread; senders take turns. */
  maxWaiting: 64,
  maxWaitingPerOwner: 32,
  /** A document that takes longer is refused. */
  parseTimeoutMs: 20_000,
  /** Heap of a thread; a document that takes more ends its thread, and nothing else. */
  threadHeapMiB: 512,
  maxReasonChars: 500,
} as const
