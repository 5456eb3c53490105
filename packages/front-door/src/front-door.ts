import { Agent, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AccessControl, TokenCaller } from '@vna/access'
import {
  type AnswerRequest,
  findRouteLabel,
  type Listener,
  type ListenOptions,
  openListener,
  ProblemError,
  problemOf,
  sendProblem,
  setCaller,
  type TrustedProxies,
} from '@vna/http'
import type { Logger, Metrics } from '@vna/runtime'
import { answerUnavailable, forwardLimits, forwardRequest } from './forward-request.ts'
import type { Installation } from './installation.ts'
import { answerLive, answerMetrics, answerMetricsTargets, answerReady } from './operations.ts'
import { parseRequestTarget, type RequestTarget } from './request-target.ts'
import { findRoute, type Route, type RouteTarget } from './route-table.ts'
import type { Upstreams } from './upstreams.ts'

export interface FrontDoorLimits {
  readonly maxUrlLength: number
  /** Request line and headers together. */
  readonly maxHeaderBytes: number
  /** Time a client has to send its headers. */
  readonly headersTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
}

const frontDoorLimits: FrontDoorLimits = {
  maxUrlLength: 16 * 1024,
  maxHeaderBytes: 32 * 1024,
  headersTimeoutMs: 20_000,
  keepAliveTimeoutMs: 65_000,
  maxConnections: 2_048,
  maxConnectionsPerAddress: 512,
}

export interface FrontDoorDependencies {
  readonly listen: ListenOptions
  /** Searches and retrievals, answered in this process. */
  readonly dicomweb: RequestListener
  readonly access: Pick<AccessControl, 'identify' | 'authorize'>
  readonly upstreams: Upstreams
  readonly installation: Installation
  readonly metrics: Metrics
  readonly logger: Logger
  readonly idleTimeoutMs: number
  readonly proxies: TrustedProxies
  readonly limits?: FrontDoorLimits
}

/**
 * The one HTTP port of the installation: finds the route, asks for a valid token on all but health, and answers itself or
 * passes the request on. What a route's service allows is that service's own decision.
 */
export async function openFrontDoor(dependencies: FrontDoorDependencies): Promise<Listener> {
  const limits = dependencies.limits ?? frontDoorLimits
  return openListener({
    listen: dependencies.listen,
    answer: createAnswer(dependencies, limits),
    // Without this, Node asks for the body before anybody decided whether it is wanted.
    decidesContinue: true,
    // A study may take hours over a slow line; what is watched instead is that bytes keep moving.
    limits: { ...limits, requestTimeoutMs: 0, idleTimeoutMs: dependencies.idleTimeoutMs },
    isTrusted: (address) => dependencies.proxies.has(address),
  })
}

function createAnswer(dependencies: FrontDoorDependencies, limits: FrontDoorLimits): AnswerRequest {
  const agent = new Agent({ keepAlive: false })
  return (request, response, awaitsContinue) => {
    const startedAt = performance.now()
    let route: Route | undefined
    response.once('close', () => observe(dependencies, request, response, { route, startedAt }))
    const run = async (): Promise<void> => {
      const requestTarget = parseRequestTarget(request.url ?? '', limits.maxUrlLength)
      const match = findRoute(request.method ?? '', requestTarget.pathname)
      if (match.kind === 'found') route = match.route
      if (route?.asks === 'none') return answerAnyone(dependencies, route.target, response)
      const caller = await identify(dependencies, request, route)
      if (match.kind === 'unknown') throw new ProblemError('not-found', 'there is no such resource')
      if (match.kind === 'wrong-method') {
        throw new ProblemError('method-not-allowed', 'not this method', {
          headers: { allow: match.allowed.join(', ') },
        })
      }
      await dispatch(dependencies, match.route.target, {
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
      if (isOurs) dependencies.logger.error({ err: error }, 'a request failed')
      sendProblem(response, problem, headers)
    })
  }
}

function answerAnyone(
  dependencies: FrontDoorDependencies,
  target: RouteTarget,
  response: ServerResponse,
): void | Promise<void> {
  if (target.kind === 'live') return answerLive(response)
  if (target.kind === 'ready') return answerReady(response, dependencies)
  throw new Error('only health is answered to anyone')
}

interface Admitted {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestTarget: RequestTarget
  readonly caller: TokenCaller
  readonly awaitsContinue: boolean
  readonly agent: Agent
}

async function dispatch(dependencies: FrontDoorDependencies, target: RouteTarget, admitted: Admitted): Promise<void> {
  const { request, response, caller, awaitsContinue } = admitted
  switch (target.kind) {
    case 'upstream':
      return passOn(dependencies, target, admitted)
    case 'metrics':
      await dependencies.access.authorize(caller, { kind: 'operate' }, { route: '/metrics' }, 'refusals-only')
      return answerMetrics(response, dependencies)
    case 'metrics-targets':
      await dependencies.access.authorize(caller, { kind: 'operate' }, { route: '/metrics/targets' }, 'refusals-only')
      return answerMetricsTargets(response, dependencies)
    case 'dicomweb':
      if (awaitsContinue) response.writeContinue()
      setCaller(request, caller)
      // The path that was decided about is the one that is answered.
      request.url = `${admitted.requestTarget.pathname}${admitted.requestTarget.search}`
      return void dependencies.dicomweb(request, response)
    case 'live':
    case 'ready':
      return
  }
}

async function passOn(
  dependencies: FrontDoorDependencies,
  target: Extract<RouteTarget, { kind: 'upstream' }>,
  { request, response, requestTarget, awaitsContinue, agent }: Admitted,
): Promise<void> {
  const base = dependencies.upstreams.find(target.service)
  if (base === undefined) {
    if (target.isOptional) throw new ProblemError('not-found', 'there is no such resource')
    return answerUnavailable(response, forwardLimits)
  }
  const outcome = await forwardRequest(request, response, {
    base,
    path: `${requestTarget.pathname}${requestTarget.search}`,
    agent,
    awaitsContinue,
    forwardedFor: dependencies.proxies.clientAddressOf(request),
    forwardedProto: 'encrypted' in request.socket ? 'https' : 'http',
    limits: forwardLimits,
  })
  if (outcome === 'answered') return
  dependencies.upstreams.forget(target.service)
  dependencies.logger.warn({ service: target.service, outcome }, 'a request was not passed on to its end')
}

function identify(
  { access, proxies }: FrontDoorDependencies,
  request: IncomingMessage,
  route: Route | undefined,
): Promise<TokenCaller> {
  const asked = { route: route?.label ?? 'unknown', peer: proxies.clientAddressOf(request) }
  return access.identify(request.headers.authorization, asked)
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
/** nginx's number for a client that went away before it had its answer. */
const clientGoneStatus = '499'

function observe(
  dependencies: FrontDoorDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  o: { route: Route | undefined; startedAt: number },
): void {
  const method = request.method ?? ''
  const labels = {
    route: findRouteLabel(response) ?? o.route?.label ?? 'unknown',
    method: knownMethods.has(method) ? method : 'other',
    status: response.writableFinished ? String(response.statusCode) : clientGoneStatus,
  }
  dependencies.metrics.httpRequestSeconds.observe(labels, (performance.now() - o.startedAt) / 1000)
}
