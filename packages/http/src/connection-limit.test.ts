import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { limitConnectionsPerAddress } from './connection-limit.ts'

const opened: { destroy(): unknown }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.destroy()
})

async function start(isTrusted: boolean): Promise<() => Promise<Socket>> {
  const server = createServer((socket) => void socket.on('error', () => undefined))
  limitConnectionsPerAddress(server, { max: 2, isTrusted: () => isTrusted })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push({ destroy: () => server.close() })
  return async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    opened.push(socket)
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('connect', resolve))
    return socket
  }
}

/** Whether the server leaves it open for some turns of both sides. */
async function staysOpen(socket: Socket): Promise<boolean> {
  socket.resume()
  const closed = new Promise((resolve) => socket.once('close', () => resolve(false)))
  return (await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 100, true))])) as boolean
}

describe('connections of one address', () => {
  it('are closed beyond its share, and have a place again when one ends', async () => {
    const open = await start(false)
    const sockets = [await open(), await open(), await open()]
    expect(await Promise.all(sockets.map(staysOpen))).toEqual([true, true, false])
    sockets[0]?.destroy()
    await expect.poll(async () => staysOpen(await open()), { timeout: 5_000 }).toBe(true)
  })

  it('of a trusted proxy have no bound of their own', async () => {
    const open = await start(true)
    const sockets = [await open(), await open(), await open()]
    expect(await Promise.all(sockets.map(staysOpen))).toEqual([true, true, true])
  })
})
