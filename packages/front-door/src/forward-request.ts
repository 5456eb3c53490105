import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from 'node:http'
import { createProblem, drainBody, hasUnreadBody, sendProblem } from '@vna/http'

export interface ForwardLimits {
  /** A body still arriving when the answer is complete is read and thrown away for so long, so that the sender sees the answer. */
  readonly drainMs: number
  /** A service that does not answer `Expect` gets the body after this. */
  readonly continueWaitMs: number
  /** Told to a client whose service is down. */
  readonly retryAfterSeconds: number
}

export const forwardLimits: ForwardLimits = { drainMs: 2_000, continueWaitMs: 1_000, retryAfterSeconds: 5 }

export interface ForwardTarget {
  /** URL of the service; its host is where the request goes, whatever the client asked for. */
  readonly base: string
  /** Path and query as they are passed on. */
  readonly path: string
  readonly agent: Agent
  /** The client waits for `100 Continue` before it sends its body. */
  readonly awaitsContinue: boolean
  readonly forwardedFor: string
  readonly forwardedProto: 'http' | 'https'
  readonly limits: ForwardLimits
}

export type ForwardOutcome = 'answered' | 'unreachable' | 'client-gone' | 'upstream-lost'

/** RFC 9110 7.6.1: meant for the next hop only. */
const hopByHopHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const forwardedHeaders = new Set(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'expect'])

/**
 * Passes one request on to another service, both bodies streamed with the pace of the slower side. Never rejects.
 */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  target: ForwardTarget,
): Promise<ForwardOutcome> {
  const { promise, resolve } = Promise.withResolvers<ForwardOutcome>()
  const upstream = requestHttp(target.base, {
    path: target.path,
    method: request.method ?? 'GET',
    headers: requestHeaders(request, target),
    agent: target.agent,
  })
  let isOver = false
  const end = (outcome: ForwardOutcome): void => {
    isOver = true
    upstream.destroy()
    resolve(outcome)
  }
  const fail = (): void => {
    if (isOver) return
    const isBegun = response.headersSent
    if (isBegun) response.destroy()
    else answerUnavailable(response, target.limits)
    end(isBegun ? 'upstream-lost' : 'unreachable')
  }
  const body = sendBody(request, response, upstream, target)
  upstream.on('error', fail)
  upstream.on('response', (answer) => {
    passAnswer({ response, answer, limits: target.limits, isBodyComing: body.isBegun }).then(
      () => end('answered'),
      fail,
    )
  })
  response.on('close', () => {
    if (!response.writableFinished) end('client-gone')
  })
  return promise
}

/**
 * The body follows when the service asks for it (or says nothing for a while, RFC 9110 10.1.1): a refusal then comes before
 * it, and is not lost in a connection that is being written to. A client that waits itself is told in the same moment.
 */
function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  upstream: ClientRequest,
  target: ForwardTarget,
): { isBegun(): boolean } {
  request.on('error', () => upstream.destroy())
  if (!hasUnreadBody(request)) {
    request.pipe(upstream)
    return { isBegun: () => true }
  }
  let isSending = false
  const send = (): void => {
    if (isSending || response.headersSent || upstream.destroyed) return
    isSending = true
    if (target.awaitsContinue) response.writeContinue()
    request.pipe(upstream)
  }
  const timer = setTimeout(send, target.limits.continueWaitMs)
  upstream.once('continue', send)
  upstream.once('response', () => clearTimeout(timer))
  upstream.once('close', () => clearTimeout(timer))
  upstream.flushHeaders()
  return { isBegun: () => isSending || !target.awaitsContinue }
}

async function passAnswer(o: {
  response: ServerResponse
  answer: IncomingMessage
  limits: ForwardLimits
  isBodyComing(): boolean
}): Promise<void> {
  const { response, answer } = o
  const request = response.req
  const headers = answerHeaders(answer)
  // The rest of a body nobody asked for cannot be told from the next request.
  const isUnread = hasUnreadBody(request)
  if (isUnread) headers.push('connection', 'close')
  response.writeHead(answer.statusCode ?? 502, headers)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  answer.pipe(response, { end: false })
  answer.on('end', resolve)
  answer.on('close', () => (answer.complete ? resolve() : reject(new Error('the answer broke off'))))
  await promise
  if (isUnread && !request.complete && o.isBodyComing()) await drainBody(request, o.limits.drainMs)
  response.end()
}

function requestHeaders(request: IncomingMessage, target: ForwardTarget): Record<string, string | string[]> {
  const dropped = new Set((request.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    const isOurs = hopByHopHeaders.has(name) || forwardedHeaders.has(name) || dropped.has(name)
    if (value !== undefined && !isOurs) headers[name] = value
  }
  headers['x-forwarded-for'] = target.forwardedFor
  headers['x-forwarded-proto'] = target.forwardedProto
  if (request.headers.host !== undefined) headers['x-forwarded-host'] = request.headers.host
  if (hasUnreadBody(request)) headers.expect = '100-continue'
  return headers
}

/** Name and value by turns, as Node writes them: repeated headers stay apart. */
function answerHeaders(answer: IncomingMessage): string[] {
  const headers: string[] = []
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index]!
    if (!hopByHopHeaders.has(name.toLowerCase())) headers.push(name, answer.rawHeaders[index + 1]!)
  }
  return headers
}

/** The service does not run: said at once, and so that also a client sees it that is still sending its body. */
export function answerUnavailable(response: ServerResponse, limits: ForwardLimits): void {
  const problem = createProblem('unavailable', 'the service behind this route does not answer')
  sendProblem(response, problem, { 'retry-after': String(limits.retryAfterSeconds) })
}
