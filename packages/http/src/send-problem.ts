import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Problem, problemMediaType } from './problem.ts'

/** A body still arriving is read and thrown away for so long, so that its sender sees the answer and not a reset. */
const drainLimitMs = 2_000

/** Answers a problem (RFC 9457); after the head was sent nothing can be said any more, so the connection is cut. */
export function sendProblem(
  response: ServerResponse,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): void {
  const request = response.req
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = JSON.stringify(problem)
  const isUnread = hasUnreadBody(request)
  response.writeHead(problem.status, {
    'content-type': problemMediaType,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
    ...headers,
    ...(isUnread && { connection: 'close' }),
  })
  if (request.method !== 'HEAD') response.write(body)
  // A client that waits for `100 Continue` sends nothing now.
  const isComing = isUnread && request.headers.expect === undefined
  if (isComing) void drainBody(request, drainLimitMs).finally(() => response.end())
  else response.end()
}

/** The rest of a body nobody reads cannot be told from the next request: such a connection has to end. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  return !request.complete && (encoding !== undefined || (length !== undefined && length !== '0'))
}

/** Resolves when the body ended or the time is up. */
export function drainBody(request: IncomingMessage, limitMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, limitMs)
  request.once('close', resolve)
  request.once('end', resolve)
  request.unpipe()
  request.resume()
  return promise.finally(() => clearTimeout(timer))
}
