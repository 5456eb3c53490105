import { readFileSync } from 'node:fs'
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { AccessControl, TokenCaller } from '@vna/access'
import { answerBrokenRequests, type ListenOptions, ProblemError, problemOf, sendProblem } from '@vna/http'
import type { Logger, Metrics } from '@vna/runtime'
import { answerUnavailable, forwardLimits, forwardRequest } from './forward-request.ts'
import type { Installation } from './installation.ts'
import { answerLive, answerMetrics, answerMetricsTargets, answerReady } from './operations.ts'
import { findRouteLabel, setCaller } from './request-facts.ts'
import { parseRequestTarget, type RequestTarget } from './request-target.ts'
import { findRoute, type Route, type RouteTarget } from './route-table.ts'
import type { Upstreams } from './upstreams.ts'

export type FrontDoorLimits = {
  readonly maxUrlLength: number
  /** Request line and headers together. */
  readonly maxHeaderBytes: number
  /** Time a client has to send its headers. */
  readonly headersTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  readonly maxConnections: number
}

export const frontDoorLimits: FrontDoorLimits = {
  maxUrlLength: 16 * 1024,
  maxHeaderBytes: 32 * 1024,
  headersTimeoutMs: 20_000,
  keepAliveTimeoutMs: 65_000,
  maxConnections: 2_048,
}

export type FrontDoorParts = {
  readonly listen: ListenOptions
  /** Searches and retrievals. */
  readonly dicomweb: RequestListener
  readonly access: Pick<AccessControl, 'identify' | 'authorize'>
  readonly upstreams: Upstreams
  readonly installation: Installation
  readonly metrics: Metrics
  readonly logger: Logger
  readonly idleTimeoutMs: number
  readonly limits?: FrontDoorLimits
}

export type FrontDoor = { readonly url: string; close(graceMs: number): Promise<void> }

/**
 * The one HTTP port of the installation: finds the route, asks for a valid token on all but health, and answers itself or
 * passes the request on. What a route's service allows is that service's own decision.
 */
export async function openFrontDoor(parts: FrontDoorParts): Promise<FrontDoor> {
  const { listen } = parts
  const limits = parts.limits ?? frontDoorLimits
  const answer = createAnswer(parts, limits)
  const server = createListener(listen, limits)
  server.on('request', (request, response) => answer(request, response, false))
  // Without this, Node asks for the body before anybody decided whether it is wanted.
  server.on('checkContinue', (request, response) => answer(request, response, true))
  answerBrokenRequests(server)
  server.headersTimeout = limits.headersTimeoutMs
  server.keepAliveTimeout = limits.keepAliveTimeoutMs
  server.maxConnections = limits.maxConnections
  // A study may take hours over a slow line; what is watched instead is that bytes keep moving.
  server.requestTimeout = 0
  server.setTimeout(parts.idleTimeoutMs)
  await listenOn(server, listen)
  const { port } = server.address() as AddressInfo
  const host = reachableHost(listen.host)
  return {
    url: `${listen.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    close: (graceMs) => closeServer(server, graceMs),
  }
}

/** A host name for URLs of this machine: to listen on all addresses is no address to ask. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

function createListener(listen: ListenOptions, limits: FrontDoorLimits): Server {
  const options = { maxHeaderSize: limits.maxHeaderBytes }
  if (listen.tls === undefined) return createServer(options)
  const { certPath, keyPath } = listen.tls
  const tls = { cert: readFileSync(certPath), key: readFileSync(keyPath), minVersion: 'TLSv1.2' as const }
  return createTlsServer({ ...options, ...tls })
}

type Answer = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) => void

function createAnswer(parts: FrontDoorParts, limits: FrontDoorLimits): Answer {
  const agent = new Agent({ keepAlive: false })
  return (request, response, awaitsContinue) => {
    const startedAt = performance.now()
    let route: Route | undefined
    response.once('close', () => observe(parts, request, response, { route, startedAt }))
    const run = async (): Promise<void> => {
      const requestTarget = parseRequestTarget(request.url ?? '', limits.maxUrlLength)
      const match = findRoute(request.method ?? '', requestTarget.pathname)
      if (match.kind === 'found') route = match.route
      if (route?.target.kind === 'live') return answerLive(response)
      if (route?.target.kind === 'ready') return answerReady(response, parts)
      const caller = await identify(parts, request, route)
      if (match.kind === 'unknown') throw new ProblemError('not-found', 'there is no such resource')
      if (match.kind === 'wrong-method') {
        throw new ProblemError('method-not-allowed', 'not this method', {
          headers: { allow: match.allowed.join(', ') },
        })
      }
      await dispatch(parts, match.route.target, {
        request,
        response,
        requestTarget,
        caller,
        awaitsContinue,
        agent,
      })
    }
    run().catch((error: unknown) => {
      const { problem, headers, isOurs } = problemOf(error)
      if (isOurs) parts.logger.error({ err: error }, 'a request failed')
      sendProblem(response, problem, headers)
    })
  }
}

type Admitted = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestTarget: RequestTarget
  readonly caller: TokenCaller
  readonly awaitsContinue: boolean
  readonly agent: Agent
}

async function dispatch(parts: FrontDoorParts, target: RouteTarget, admitted: Admitted): Promise<void> {
  const { request, response, caller, awaitsContinue } = admitted
  switch (target.kind) {
    case 'upstream':
      return passOn(parts, target, admitted)
    case 'metrics':
      await parts.access.authorize(caller, { kind: 'operate' }, { route: '/metrics' }, 'refusals-only')
      return answerMetrics(response, parts)
    case 'metrics-targets':
      await parts.access.authorize(caller, { kind: 'operate' }, { route: '/metrics/targets' }, 'refusals-only')
      return answerMetricsTargets(response, parts)
    case 'dicomweb':
      if (awaitsContinue) response.writeContinue()
      setCaller(request, caller)
      // The path that was decided about is the one that is answered.
      request.url = `${admitted.requestTarget.pathname}${admitted.requestTarget.search}`
      return void parts.dicomweb(request, response)
    case 'live':
    case 'ready':
      return
  }
}

async function passOn(
  parts: FrontDoorParts,
  target: Extract<RouteTarget, { kind: 'upstream' }>,
  { request, response, requestTarget, awaitsContinue, agent }: Admitted,
): Promise<void> {
  const base = parts.upstreams.find(target.service)
  if (base === undefined) {
    if (target.isOptional) throw new ProblemError('not-found', 'there is no such resource')
    return answerUnavailable(response, forwardLimits)
  }
  const outcome = await forwardRequest(request, response, {
    base,
    path: `${requestTarget.pathname}${requestTarget.search}`,
    agent,
    awaitsContinue,
    forwardedFor: request.socket.remoteAddress ?? '',
    forwardedProto: 'encrypted' in request.socket ? 'https' : 'http',
    limits: forwardLimits,
  })
  if (outcome === 'answered') return
  parts.upstreams.forget(target.service)
  parts.logger.warn({ service: target.service, outcome }, 'a request was not passed on to its end')
}

function identify(
  { access }: FrontDoorParts,
  request: IncomingMessage,
  route: Route | undefined,
): Promise<TokenCaller> {
  const asked = { route: route?.label ?? 'unknown', peer: request.socket.remoteAddress }
  return access.identify(request.headers.authorization, asked)
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
/** nginx's number for a client that went away before it had its answer. */
const CLIENT_GONE_STATUS = '499'

function observe(
  parts: FrontDoorParts,
  request: IncomingMessage,
  response: ServerResponse,
  o: { route: Route | undefined; startedAt: number },
): void {
  const method = request.method ?? ''
  const labels = {
    route: findRouteLabel(response) ?? o.route?.label ?? 'unknown',
    method: knownMethods.has(method) ? method : 'other',
    status: response.writableFinished ? String(response.statusCode) : CLIENT_GONE_STATUS,
  }
  parts.metrics.httpRequestSeconds.observe(labels, (performance.now() - o.startedAt) / 1000)
}

async function listenOn(server: Server, listen: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(listen.port, listen.host, resolve)
  await promise
  server.off('error', reject)
}

/** No new requests; running ones may end until the time is up. */
async function closeServer(server: Server, graceMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await promise
  clearTimeout(timer)
}
