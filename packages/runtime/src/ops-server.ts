import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'
import type { HealthRegistry } from './health.ts'

export interface OpsServer {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Health and metrics of one process, on a port of its own: it answers while the service is still starting or stopping. */
export async function startOpsServer(o: {
  host: string
  port: number
  health: HealthRegistry
  registry: Registry
}): Promise<OpsServer> {
  const server = createServer((request, response) => {
    answer(request, response, o).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(o.port, o.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://${o.host.includes(':') ? `[${o.host}]` : o.host}:${port}`,
    close: () => closeServer(server),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  o: { health: HealthRegistry; registry: Registry },
): Promise<void> {
  switch (request.url?.split('?', 1)[0]) {
    case '/health/live':
      return sendJson(response, 200, { live: true })
    case '/health/ready': {
      const readiness = await o.health.readiness()
      return sendJson(response, readiness.ready ? 200 : 503, readiness)
    }
    case '/metrics':
      response.writeHead(200, { 'content-type': o.registry.contentType })
      response.end(await o.registry.metrics())
      return
    default:
      return sendJson(response, 404, { type: 'about:blank', title: 'Not Found', status: 404 })
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': status === 404 ? 'application/problem+json' : 'application/json',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
