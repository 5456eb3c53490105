import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from 'node:http'
import { createProblem } from '@vna/dicomweb'
import { drainBody, hasUnreadBody, sendProblem } from '../http/send-problem.ts'

export type ForwardLimits = {
  /** A body still arriving when the answer is complete is read and thrown away for so long, so that the sender sees the answer. */
  readonly drainMs: number
  /** Told to a client whose service is down. */
  readonly retryAfterSeconds: number
}

export const forwardLimits: ForwardLimits = { drainMs: 2_000, retryAfterSeconds: 5 }

export type ForwardTarget = {
  readonly base: string
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
 * Passes one request on to another service, both bodies streamed with the pace of the slower side. `Expect: 100-continue`
 * is passed through: the body is asked for only when the service asks for it. Never rejects.
 */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  target: ForwardTarget,
): Promise<ForwardOutcome> {
  const { promise, resolve } = Promise.withResolvers<ForwardOutcome>()
  const upstream = requestHttp(new URL(request.url ?? '/', target.base), {
    method: request.method ?? 'GET',
    headers: requestHeaders(request, target),
    agent: target.agent,
  })
  const fail = (): void => {
    if (response.headersSent) {
      response.destroy()
      resolve('upstream-lost')
      return
    }
    answerUnavailable(response, target.limits)
    resolve('unreachable')
  }
  upstream.on('error', fail)
  upstream.on('response', (answer) => {
    passAnswer({ request, response, answer, limits: target.limits }).then(resolve, fail)
  })
  response.on('close', () => {
    if (response.writableFinished) return
    upstream.destroy()
    resolve('client-gone')
  })
  sendBody(request, response, upstream, target.awaitsContinue)
  return promise
}

function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  upstream: ClientRequest,
  awaitsContinue: boolean,
): void {
  request.on('error', () => upstream.destroy())
  if (!awaitsContinue) {
    request.pipe(upstream)
    return
  }
  upstream.on('continue', () => {
    response.writeContinue()
    request.pipe(upstream)
  })
  upstream.flushHeaders()
}

async function passAnswer(o: {
  request: IncomingMessage
  response: ServerResponse
  answer: IncomingMessage
  limits: ForwardLimits
}): Promise<ForwardOutcome> {
  const { request, response, answer } = o
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
  if (isUnread && !request.complete) await drainBody(request, o.limits.drainMs)
  response.end()
  return 'answered'
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
  if (target.awaitsContinue) headers.expect = '100-continue'
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
