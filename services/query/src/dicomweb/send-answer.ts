import type { ServerResponse } from 'node:http'
import { type ByteRange, createProblem, parseByteRange, sendProblem } from '@vna/http'
import { type Answer, type SendPartsOptions, sendParts, sliceParts, totalLength } from '@vna/retrieval'

export type SendContext = Omit<SendPartsOptions, 'sink'> & { readonly response: ServerResponse }

export interface SendOutcome {
  readonly status: number
}

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
  try {
    await sendParts(slice ?? answer.parts, { ...context, sink: response })
    response.end()
  } catch (error) {
    // The head promised more: only a cut connection tells the client that this is not all.
    response.destroy()
    throw error
  }
  return { status }
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
