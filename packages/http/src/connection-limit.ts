import type { Server } from 'node:net'

/**
 * Of what a listener takes, one address has only a share: a host that opens connections and says nothing keeps nobody else out.
 * Proxies that the operator trusts stand for everybody behind them and have no such bound.
 */
export function limitConnectionsPerAddress(
  server: Server,
  o: { max: number; isTrusted(address: string): boolean },
): void {
  const open = new Map<string, number>()
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? ''
    if (o.isTrusted(address)) return
    const count = open.get(address) ?? 0
    if (count >= o.max) {
      socket.destroy()
      return
    }
    open.set(address, count + 1)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left > 0) open.set(address, left)
      else open.delete(address)
    })
  })
}
