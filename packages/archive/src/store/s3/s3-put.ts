import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { ArchiveError } from '../../archive-error.ts'
import { sha256OfStream } from '../digest.ts'
import type { ObjectSource, PutOptions } from '../object-store.ts'
import type { S3Connection } from './s3-connection.ts'
import { maxParts, type S3Limits } from './s3-limits.ts'
import { withSignedDigest } from './signed-digest.ts'

/** Object metadata that carries the digest, so that `head` can tell it. */
export const digestMetadata = 'vna-sha256'
const readChunkBytes = 1024 * 1024
const mib = 1024 ** 2

export interface S3Target {
  connection: S3Connection
  bucket: string
  key: string
}

/** Puts an object in one request, or in parts when it is large; the server checks the digest of each body. */
export async function putS3Object(target: S3Target, source: ObjectSource, o: PutOptions): Promise<Uint8Array> {
  const sizeBytes = 'bytes' in source ? source.bytes.length : (await stat(source.path)).size
  if (sizeBytes !== o.sizeBytes) {
    throw new ArchiveError('size-mismatch', { details: { sizeBytes, expectedBytes: o.sizeBytes } })
  }
  if (sizeBytes > target.connection.limits.multipartThresholdBytes) return putInParts(target, source, o)
  const sha256 = o.sha256 ?? (await sha256OfStream(openRange(source, { offset: 0, length: sizeBytes })))
  await target.connection.run(
    (abortSignal) => {
      const command = new PutObjectCommand({
        Bucket: target.bucket,
        Key: target.key,
        Body: bodyOf(source, { offset: 0, length: sizeBytes }),
        ContentLength: sizeBytes,
        ContentType: o.contentType,
        Metadata: { [digestMetadata]: Buffer.from(sha256).toString('hex') },
      })
      return target.connection.client.send(withSignedDigest(command, sha256), { abortSignal })
    },
    { transferBytes: sizeBytes, signal: o.signal },
  )
  return sha256
}

interface Part {
  offset: number
  length: number
  sha256: Buffer
}

/** One part after the other: packs this large are single instances, and rare; what counts is the bound on memory. */
async function putInParts(target: S3Target, source: ObjectSource, o: PutOptions): Promise<Uint8Array> {
  const { connection, bucket, key } = target
  const { sha256, parts } = await digestParts(source, o.sizeBytes, partBytesFor(o.sizeBytes, connection.limits))
  // No server checks the digest of a whole object sent in parts, so it is compared here, before anything is sent.
  if (o.sha256 !== undefined && !sha256.equals(o.sha256)) throw new ArchiveError('digest-mismatch')
  const { UploadId } = await connection.run(
    (abortSignal) =>
      connection.client.send(
        new CreateMultipartUploadCommand({
          Bucket: bucket,
          Key: key,
          ContentType: o.contentType,
          Metadata: { [digestMetadata]: sha256.toString('hex') },
        }),
        { abortSignal },
      ),
    { signal: o.signal },
  )
  const upload = { Bucket: bucket, Key: key, UploadId }
  try {
    const etags: { PartNumber: number; ETag: string | undefined }[] = []
    for (const [index, part] of parts.entries()) {
      etags.push({ PartNumber: index + 1, ETag: await sendPart(target, source, { ...part, upload, index, o }) })
    }
    const command = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: etags } })
    await connection.run((abortSignal) => connection.client.send(command, { abortSignal }), { signal: o.signal })
    return sha256
  } catch (error) {
    // Best effort: the store's own rule for unfinished uploads removes what this cannot.
    await connection.client.send(new AbortMultipartUploadCommand(upload)).catch(() => {})
    throw error
  }
}

type PartToSend = Part & {
  upload: { Bucket: string; Key: string; UploadId: string | undefined }
  index: number
  o: PutOptions
}

async function sendPart(target: S3Target, source: ObjectSource, part: PartToSend): Promise<string | undefined> {
  const { connection } = target
  const answer = await connection.run(
    (abortSignal) => {
      const command = new UploadPartCommand({
        ...part.upload,
        PartNumber: part.index + 1,
        Body: bodyOf(source, part),
        ContentLength: part.length,
      })
      return connection.client.send(withSignedDigest(command, part.sha256), { abortSignal })
    },
    { transferBytes: part.length, signal: part.o.signal },
  )
  return answer.ETag
}

/** One reading for both: the digest of each part and of the whole. */
async function digestParts(
  source: ObjectSource,
  sizeBytes: number,
  partBytes: number,
): Promise<{ sha256: Buffer; parts: Part[] }> {
  const whole = createHash('sha256')
  const parts: Part[] = []
  for (let offset = 0; offset < sizeBytes; offset += partBytes) {
    const length = Math.min(partBytes, sizeBytes - offset)
    const hash = createHash('sha256')
    for await (const chunk of openRange(source, { offset, length })) {
      whole.update(chunk)
      hash.update(chunk)
    }
    parts.push({ offset, length, sha256: hash.digest() })
  }
  return { sha256: whole.digest(), parts }
}

function partBytesFor(sizeBytes: number, limits: S3Limits): number {
  return Math.max(limits.partBytes, Math.ceil(sizeBytes / maxParts / mib) * mib)
}

/** The SDK sends a buffer as it is and pipes a stream; either way the length is known beforehand. */
function bodyOf(source: ObjectSource, range: { offset: number; length: number }) {
  if ('bytes' in source) return source.bytes.subarray(range.offset, range.offset + range.length)
  return range.length === 0 ? new Uint8Array() : streamOf(source.path, range)
}

function openRange(
  source: ObjectSource,
  range: { offset: number; length: number },
): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if ('bytes' in source) return [source.bytes.subarray(range.offset, range.offset + range.length)]
  return range.length === 0 ? [] : streamOf(source.path, range)
}

function streamOf(path: string, range: { offset: number; length: number }) {
  return createReadStream(path, {
    start: range.offset,
    end: range.offset + range.length - 1,
    highWaterMark: readChunkBytes,
  })
}
