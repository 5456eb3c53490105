/** How patient the S3 driver is. */
export interface S3Limits {
  /** Per operation, the first one included. */
  maxAttempts: number
  /** Doubles with each attempt, with jitter. */
  retryDelayMs: number
  maxRetryDelayMs: number
  connectionTimeoutMs: number
  /** A socket that carries nothing for so long is given up. */
  idleTimeoutMs: number
  /** An attempt may last `idleTimeoutMs` and the time its bytes take at this speed. */
  minBytesPerSecond: number
  maxSockets: number
  /** S3 takes at most 5 GiB in one PUT; from here on in parts. */
  multipartThresholdBytes: number
  partBytes: number
}

const mib = 1024 ** 2

export const defaultS3Limits: Readonly<S3Limits> = Object.freeze({
  maxAttempts: 4,
  retryDelayMs: 200,
  maxRetryDelayMs: 3000,
  connectionTimeoutMs: 3000,
  idleTimeoutMs: 20_000,
  minBytesPerSecond: mib,
  maxSockets: 64,
  multipartThresholdBytes: 1024 * mib,
  partBytes: 256 * mib,
})

/** S3 numbers parts 1 to 10,000. */
export const maxParts = 10_000
