import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3'
import { ArchiveError } from '../../archive-error.ts'
import type { RangeReader } from '../../segment/range-reader.ts'
import { requireKey } from '../object-key.ts'
import type { ObjectSource, ObjectStore, PutOptions, StoredObject } from '../object-store.ts'
import { S3Connection } from './s3-connection.ts'
import type { S3Options } from './s3-options.ts'
import { digestMetadata, putS3Object } from './s3-put.ts'

/** Objects in a bucket of any S3; Ceph's Object Gateway is the reference. */
export class S3ObjectStore implements ObjectStore {
  readonly kind = 's3'
  readonly #o: S3Options
  readonly #connection: S3Connection

  constructor(o: S3Options) {
    this.#o = o
    this.#connection = new S3Connection(o)
  }

  describe(): string {
    return `s3://${this.#o.bucket}/${this.#o.keyPrefix}`
  }

  async prepare(signal?: AbortSignal): Promise<void> {
    const { client } = this.#connection
    const bucket = { Bucket: this.#o.bucket }
    try {
      await this.#connection.run((abortSignal) => client.send(new HeadBucketCommand(bucket), { abortSignal }), {
        signal,
      })
    } catch (error) {
      if (!isMissing(error)) throw error
      if (!this.#o.createBucket) throw new ArchiveError('store-refused', { message: 'no such bucket', cause: error })
      const command = new CreateBucketCommand({ ...bucket, ...this.#locationOf() })
      await this.#connection.run((abortSignal) => client.send(command, { abortSignal }), { signal })
    }
  }

  async put(key: string, source: ObjectSource, o: PutOptions): Promise<{ sha256: Uint8Array }> {
    const target = { connection: this.#connection, bucket: this.#o.bucket, key: this.#keyOf(key) }
    return { sha256: await putS3Object(target, source, o) }
  }

  async read(key: string, range?: { offset: number; length: number }): Promise<Uint8Array> {
    const object = this.#keyOf(key)
    if (range?.length === 0) return new Uint8Array()
    const bytes = await this.#get(object, range)
    if (range !== undefined && bytes.length !== range.length) {
      throw new ArchiveError('bad-range', { details: { ...range, count: bytes.length } })
    }
    return bytes
  }

  async openReader(key: string): Promise<RangeReader> {
    const found = await this.head(key)
    if (found === undefined) throw new ArchiveError('missing-object')
    const { sizeBytes } = found
    const object = this.#keyOf(key)
    return {
      sizeBytes,
      read: async (target, targetOffset, length, position) => {
        const count = Math.min(length, sizeBytes - position)
        if (count <= 0) return 0
        return this.#getInto(object, { offset: position, length: count }, target.subarray(targetOffset))
      },
      close: async () => {},
    }
  }

  async head(key: string): Promise<{ sizeBytes: number; sha256?: Uint8Array } | undefined> {
    const command = new HeadObjectCommand({ Bucket: this.#o.bucket, Key: this.#keyOf(key) })
    try {
      const found = await this.#connection.run((abortSignal) => this.#connection.client.send(command, { abortSignal }))
      const digest = found.Metadata?.[digestMetadata]
      return {
        sizeBytes: found.ContentLength ?? 0,
        ...(digest === undefined ? {} : { sha256: Buffer.from(digest, 'hex') }),
      }
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const { bucket, keyPrefix } = this.#o
    for (let token: string | undefined; ; ) {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: keyPrefix + prefix, ContinuationToken: token })
      const page = await this.#connection.run((abortSignal) => this.#connection.client.send(command, { abortSignal }))
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key !== undefined) yield { key: Key.slice(keyPrefix.length), sizeBytes: Size ?? 0 }
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined
      if (token === undefined) return
    }
  }

  async delete(key: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#o.bucket, Key: this.#keyOf(key) })
    await this.#connection.run((abortSignal) => this.#connection.client.send(command, { abortSignal }))
  }

  /** One attempt: who probes wants to know how it is now. */
  async probe(signal: AbortSignal): Promise<void> {
    const command = new HeadBucketCommand({ Bucket: this.#o.bucket })
    try {
      await this.#connection.client.send(command, { abortSignal: signal })
    } catch (cause) {
      throw new ArchiveError('store-unavailable', { cause })
    }
  }

  async close(): Promise<void> {
    this.#connection.close()
  }

  #keyOf(key: string): string {
    requireKey(key)
    return this.#o.keyPrefix + key
  }

  /** AWS wants the region named; others take their own default. */
  #locationOf() {
    if (this.#o.endpoint !== undefined || this.#o.region === 'us-east-1') return {}
    return { CreateBucketConfiguration: { LocationConstraint: this.#o.region as 'eu-south-1' } }
  }

  async #get(key: string, range: { offset: number; length: number } | undefined): Promise<Uint8Array> {
    return this.#connection.run(
      async (abortSignal) => {
        const answer = await this.#connection.client.send(this.#getCommand(key, range), { abortSignal })
        return (await answer.Body?.transformToByteArray()) ?? new Uint8Array()
      },
      { transferBytes: range?.length ?? 0 },
    )
  }

  async #getInto(key: string, range: { offset: number; length: number }, target: Buffer): Promise<number> {
    return this.#connection.run(
      async (abortSignal) => {
        const answer = await this.#connection.client.send(this.#getCommand(key, range), { abortSignal })
        let count = 0
        for await (const chunk of (answer.Body ?? []) as AsyncIterable<Uint8Array>) {
          if (count + chunk.length > range.length) throw new ArchiveError('bad-range')
          target.set(chunk, count)
          count += chunk.length
        }
        return count
      },
      { transferBytes: range.length },
    )
  }

  #getCommand(key: string, range: { offset: number; length: number } | undefined): GetObjectCommand {
    return new GetObjectCommand({
      Bucket: this.#o.bucket,
      Key: key,
      ...(range === undefined ? {} : { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` }),
    })
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof ArchiveError && error.code === 'missing-object'
}
