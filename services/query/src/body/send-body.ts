import type { ServerResponse } from 'node:http'
import { createProblem } from '@vna/http'
import { sendProblem } from '@vna/http'
import type { BlockPool } from '../sending/block-pool.ts'
import { BlockSender } from '../sending/block-sender.ts'
import { SendError } from '../sending/send-error.ts'
import type { PackReaders } from '../stored/pack-readers.ts'
import type { PrefetchBudget } from '../stored/prefetching-reader.ts'
import { type BodyPart, sliceParts, totalLength } from './body-part.ts'
import { type ByteRange, parseByteRange } from './byte-range.ts'
import { StoredPartReader } from './stored-part-reader.ts'

/** Everything about an answer but the way it is sent. */
export type Answer = {
  readonly contentType: string
  readonly parts: readonly BodyPart[]
  /** Without quotes; weak unless every byte of the body follows from it. */
  readonly etag?: { readonly value: string; readonly isWeak: boolean }
  /** A single part of stored bytes can be asked for piecewise. */
  readonly allowsRanges: boolean
  readonly headers?: Readonly<Record<string, string>>
}

export type SendContext = {
  readonly response: ServerResponse
  readonly packs: PackReaders
  /** For stores where a read is a request over the network. */
  readonly prefetch: PrefetchOptions | undefined
  readonly pool: BlockPool
  readonly signal: AbortSignal
  readonly stallLimitMs: number
  /** Counts what the client accepted, also when the answer breaks off. */
  readonly progress: { sentBytes: number }
}

export type PrefetchOptions = { readonly budget: PrefetchBudget; readonly windowsAhead: number }

export type SendOutcome = { readonly status: number }

/** Sends head and body; HEAD, If-None-Match and Range are answered here. Throws when the body cannot be ended. */
export async function sendAnswer(answer: Answer, context: SendContext): Promise<SendOutcome> {
  const { response } = context
  const etag = answer.etag === undefined ? undefined : `${answer.etag.isWeak ? 'W/' : ''}"${answer.etag.value}"`
  const common = { ...answer.headers, 'cache-control': 'private, no-cache', ...(etag !== undefined && { etag }) }
  if (etag !== undefined && isKnown(response.req.headers['if-none-match'], etag)) {
    response.writeHead(304, common)
    response.end()
    return { status: 304 }
  }
  const size = totalLength(answer.parts)
  const range = answer.allowsRanges && size !== undefined ? parseByteRange(response.req.headers.range, size) : undefined
  if (range === 'unsatisfiable') {
    sendProblem(response, createProblem('range-not-satisfiable'), { 'content-range': `bytes */${size}` })
    return { status: 416 }
  }
  const slice = range === undefined ? undefined : sliceParts(answer.parts, range.start, range.end)
  const status = slice === undefined ? 200 : 206
  const firstStored = answer.parts.find((part) => part.kind === 'stored')
  // A store that does not answer is a problem to be told, as long as the head can still say so.
  if (firstStored !== undefined) await context.packs.open(firstStored.instance)
  response.writeHead(status, {
    ...common,
    'content-type': answer.contentType,
    ...(answer.allowsRanges && { 'accept-ranges': 'bytes' }),
    ...lengthHeaders(size, slice === undefined ? undefined : (range as ByteRange)),
  })
  if (response.req.method === 'HEAD') {
    response.end()
    return { status }
  }
  await sendParts(slice ?? answer.parts, context)
  return { status }
}

async function sendParts(parts: readonly BodyPart[], context: SendContext): Promise<void> {
  const { response, pool, signal, stallLimitMs } = context
  const sender = new BlockSender({ sink: response, pool, signal, stallLimitMs })
  const stored = new StoredPartReader(parts, context)
  try {
    for (const [index, part] of parts.entries()) {
      if (part.kind === 'bytes') await sender.write(part.bytes)
      else if (part.kind === 'stored') await stored.send(part, index, sender)
      else await sendMade(part, sender, context)
    }
    await sender.finish()
    response.end()
  } catch (error) {
    sender.abandon()
    // The head promised more: only a cut connection tells the client that this is not all.
    response.destroy()
    throw error
  } finally {
    await stored.close()
    context.progress.sentBytes = sender.sentBytes
  }
}

async function sendMade(
  part: Extract<BodyPart, { kind: 'made' }>,
  sender: BlockSender,
  { packs, signal }: SendContext,
): Promise<void> {
  for await (const bytes of part.make(packs, signal)) {
    if (signal.aborted) throw new SendError('client-gone')
    await sender.write(bytes)
  }
}

function lengthHeaders(size: number | undefined, range: ByteRange | undefined): Record<string, string> {
  if (size === undefined) return {}
  if (range === undefined) return { 'content-length': String(size) }
  return {
    'content-length': String(range.end - range.start),
    'content-range': `bytes ${range.start}-${range.end - 1}/${size}`,
  }
}

/** RFC 9110 13.1.2: compared weakly. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const plain = (text: string): string => text.trim().replace(/^W\//, '')
  return ifNoneMatch?.split(',').some((text) => plain(text) === plain(etag)) ?? false
}
