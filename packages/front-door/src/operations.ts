import type { ServerResponse } from 'node:http'
import type { Metrics } from '@vna/runtime'
import type { Installation } from './installation.ts'
import { mergeMetrics } from './merge-metrics.ts'

/** Health and metrics of the whole installation. */
export interface Operations {
  readonly installation: Installation
  readonly metrics: Metrics
}

export function answerLive(response: ServerResponse): void {
  sendJson(response, 200, { live: true })
}

/** Ready when every service says so itself; each is named with its checks. */
export async function answerReady(response: ServerResponse, o: Operations): Promise<void> {
  const readiness = await o.installation.readiness()
  sendJson(response, readiness.ready ? 200 : 503, readiness)
}

/** The metrics of all services in one text; each process labels its own samples. */
export async function answerMetrics(response: ServerResponse, o: Operations): Promise<void> {
  const body = mergeMetrics(await o.installation.metrics())
  response.writeHead(200, { 'content-type': o.metrics.registry.contentType, 'cache-control': 'no-store' })
  response.end(body)
}

/** One target per service (Prometheus HTTP service discovery), for whoever scrapes each by itself. */
export function answerMetricsTargets(response: ServerResponse, o: Operations): void {
  const groups = [...o.installation.opsAddresses()].map(([service, base]) => ({
    targets: [new URL(base).host],
    labels: { service },
  }))
  sendJson(response, 200, groups)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    'cache-control': 'no-store',
  })
  response.end(text)
}
