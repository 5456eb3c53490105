/** Every bound of the queues by name. */
export const jobLimits = {
  /** A job that failed this often is dropped; the reconciler adds it again while its work is still due. */
  maxAttempts: 50,
  firstRetryMs: 200,
  /** Not longer, so that work goes on soon after an outage ends. */
  maxRetryMs: 15_000,
  /** A worker renews its lock at half of this; a job of a dead worker is taken over after it. */
  lockMs: 10_000,
  stalledCheckMs: 5_000,
  /** Each death of a worker counts once; work is never given up because workers died. */
  maxStalled: 1_000,
  maxConcurrency: 64,
  /** A producer waits no longer for Redis: the journal and the catalog know the work anyway. */
  addTimeoutMs: 2_000,
  maxJobsPerBulk: 500,
  maxPayloadBytes: 4_096,
  reconnectFirstMs: 100,
  reconnectMaxMs: 2_000,
} as const
