import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export const listenerLimits = { headersTimeoutMs: 20_000, requestTimeoutMs: 120_000, maxConnections: 512 } as const

/** The internal HTTP port; the front door finds it by the run record. */
export async function openListener(o: {
  host: string
  /** 0: any. */
  port: number
  app: RequestListener
}): Promise<{ readonly url: string; close(graceMs: number): Promise<void> }> {
  const server = createServer({ requestTimeout: listenerLimits.requestTimeoutMs }, o.app)
  server.headersTimeout = listenerLimits.headersTimeoutMs
  server.maxConnections = listenerLimits.maxConnections
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen(o.port, o.host, listening.resolve)
  await listening.promise
  server.off('error', listening.reject)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${o.host}:${port}`,
    close: async (graceMs) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), graceMs)
      await promise
      clearTimeout(timer)
    },
  }
}
