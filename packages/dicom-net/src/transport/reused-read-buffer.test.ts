import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { reuseReadBuffer } from './reused-read-buffer.ts'

async function connected(): Promise<{ accepted: net.Socket; client: net.Socket; server: net.Server }> {
  const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [net.Socket]
  return { accepted, client, server }
}

/** These fail when the pinned Node changes what `reuseReadBuffer` relies on. */
describe('reuseReadBuffer', () => {
  it('reads every byte into the one buffer it was given, and knows its peer', async () => {
    const { accepted, client, server } = await connected()
    const buffer = Buffer.alloc(1000)
    const received: Buffer[] = []
    let foreign = 0
    const socket = reuseReadBuffer(accepted, buffer, (bytes) => {
      if (bytes.buffer !== buffer.buffer) foreign++
      received.push(Buffer.from(bytes))
      return true
    })
    expect(socket).toBeDefined()
    expect(socket?.remoteAddress).toBe('127.0.0.1')
    expect(socket?.remotePort).toBe(client.localPort)
    socket?.resume()
    const sent = Buffer.from(Array.from({ length: 5000 }, (_, n) => n % 251))
    client.end(sent)
    await once(socket as net.Socket, 'close')
    expect(Buffer.concat(received).equals(sent)).toBe(true)
    expect(foreign).toBe(0)
    server.close()
    await once(server, 'close')
  })

  it('stops when told to, goes on when resumed, and writes', async () => {
    const { accepted, client, server } = await connected()
    let calls = 0
    const socket = reuseReadBuffer(accepted, Buffer.alloc(10), () => ++calls > 1) as net.Socket
    socket.resume()
    client.write(Buffer.alloc(25))
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(calls).toBe(1)
    socket.resume()
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(calls).toBe(3)
    socket.write('pong')
    const [answer] = (await once(client, 'data')) as [Buffer]
    expect(answer.toString()).toBe('pong')
    client.destroy()
    await once(socket, 'close')
    server.close()
  })

  it('leaves a socket alone that has no handle any more', async () => {
    const { accepted, client, server } = await connected()
    accepted.destroy()
    await once(accepted, 'close')
    expect(reuseReadBuffer(accepted, Buffer.alloc(10), () => true)).toBeUndefined()
    client.destroy()
    server.close()
  })

  it('keeps the server waiting for the connection when it closes', async () => {
    const { accepted, client, server } = await connected()
    const socket = reuseReadBuffer(accepted, Buffer.alloc(10), () => true) as net.Socket
    socket.resume()
    let closed = false
    server.close(() => {
      closed = true
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(closed).toBe(false)
    client.destroy()
    await once(server, 'close')
    expect(closed).toBe(true)
  })
})
