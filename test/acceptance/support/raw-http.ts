import { connect } from 'node:net'

const answerTimeoutMs = 20_000

/** Writes these bytes to an HTTP port, closes this side if asked to, and gives all that comes back. */
export function sendRawHttp(port: number, bytes: Buffer | string, options: { end?: boolean } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const received: Buffer[] = []
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(received).toString('latin1'))
    }
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error('the HTTP port neither answered nor closed in time'))
    }, answerTimeoutMs)
    socket.on('data', (data: Buffer) => received.push(data))
    socket.on('end', finish)
    socket.on('error', finish)
    socket.on('connect', () => {
      socket.write(bytes)
      if (options.end === true) socket.end()
    })
  })
}

/** Status of the first response in what came back; 0 when there is none. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
}
