import { S3Client } from '@aws-sdk/client-s3'
import { retry } from '@vna/flow'
import { ArchiveError } from '../../archive-error.ts'
import { translateS3Error } from './s3-error.ts'
import type { S3Limits } from './s3-limits.ts'
import type { S3Options } from './s3-options.ts'

const ignore = (): void => {}
const silentLogger = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore }

/** One client, and the rules for trying again: the SDK's own are off, since it cannot send a stream twice. */
export class S3Connection {
  readonly client: S3Client
  readonly limits: S3Limits

  constructor(o: S3Options) {
    this.limits = o.limits
    this.client = new S3Client({
      region: o.region,
      forcePathStyle: o.forcePathStyle,
      maxAttempts: 1,
      logger: silentLogger, // what fails is thrown; the SDK would also write to the console
      // Ceph 16 accepts a wrong x-amz-checksum-sha256 and answers 411 to a stream with the SDK's default checksum;
      // the signed x-amz-content-sha256 is checked everywhere (see `withSignedDigest`).
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: o.limits.connectionTimeoutMs,
        socketTimeout: o.limits.idleTimeoutMs,
        httpAgent: { keepAlive: true, maxSockets: o.limits.maxSockets },
        httpsAgent: { keepAlive: true, maxSockets: o.limits.maxSockets },
      },
      ...(o.endpoint === undefined ? {} : { endpoint: o.endpoint }),
      ...(o.credentials === undefined ? {} : { credentials: o.credentials }),
    })
  }

  /**
   * Runs `attempt` until it succeeds, fails for good, or `maxAttempts` is reached. Each attempt gets a signal that ends
   * it when it takes longer than `transferBytes` allow. Throws `ArchiveError`.
   */
  async run<T>(
    attempt: (abortSignal: AbortSignal) => Promise<T>,
    o: { transferBytes?: number; signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    try {
      return await retry(() => this.#attempt(attempt, o), {
        ...this.#patience,
        signal: o.signal,
        isRetryable: (error) => error instanceof ArchiveError && error.retryable,
      })
    } catch (error) {
      if (error instanceof ArchiveError) throw error
      throw new ArchiveError('store-unavailable', { message: 'given up by the caller', cause: error })
    }
  }

  async #attempt<T>(
    attempt: (abortSignal: AbortSignal) => Promise<T>,
    o: { transferBytes?: number; signal?: AbortSignal | undefined },
  ): Promise<T> {
    try {
      return await attempt(this.#signalFor(o))
    } catch (error) {
      throw translateS3Error(error)
    }
  }

  get #patience() {
    const { maxAttempts, retryDelayMs, maxRetryDelayMs } = this.limits
    return { maxAttempts, firstMs: retryDelayMs, maxMs: maxRetryDelayMs }
  }

  close(): void {
    this.client.destroy()
  }

  #signalFor(o: { transferBytes?: number; signal?: AbortSignal | undefined }): AbortSignal {
    const { idleTimeoutMs, minBytesPerSecond } = this.limits
    const timeout = AbortSignal.timeout(Math.ceil(idleTimeoutMs + ((o.transferBytes ?? 0) * 1000) / minBytesPerSecond))
    return o.signal === undefined ? timeout : AbortSignal.any([timeout, o.signal])
  }
}
