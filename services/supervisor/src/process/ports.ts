import { randomInt } from 'node:crypto'
import { type AddressInfo, createServer } from 'node:net'

/** Below the ports that systems hand out to outgoing connections, which may take one between looking and listening. */
const firstPort = 20_000
const portCount = 12_000
const maxTries = 50

/** A TCP port nobody listens on now. Another process may take it before it is used: who needs it retries with another. */
export async function findFreePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < maxTries; tries++) {
    const port = firstPort + randomInt(portCount)
    if (await isPortFree(port, host)) return port
  }
  const { server, port } = await listen(0, host)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Whether a listener could be started there. */
export async function isPortFree(port: number, host: string): Promise<boolean> {
  try {
    const { server } = await listen(port, host)
    await new Promise((resolve) => server.close(resolve))
    return true
  } catch {
    return false
  }
}

function listen(port: number, host: string): Promise<{ server: ReturnType<typeof createServer>; port: number }> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve({ server, port: (server.address() as AddressInfo).port }))
  })
}
