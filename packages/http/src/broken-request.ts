import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { createProblem, problemMediaType } from './problem.ts'

/** What is still coming is read and thrown away for so long, so that its sender sees the answer and not a reset. */
const drainLimitMs = 2_000

const statusOfCode: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** Answers what is no HTTP request, and ends the connection without cutting it while the sender is sending. */
export function answerBrokenRequests(server: Server): void {
  const answered = new WeakSet<Duplex>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (answered.has(socket)) return
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    answered.add(socket)
    socket.on('error', () => socket.destroy())
    socket.end(answerTo(error.code))
    socket.removeAllListeners('data')
    socket.resume()
    const timer = setTimeout(() => socket.destroy(), drainLimitMs)
    socket.once('end', () => socket.destroy())
    socket.once('close', () => clearTimeout(timer))
  })
}

function answerTo(code: string | undefined): string {
  const status = statusOfCode[code ?? ''] ?? '400 Bad Request'
  const body = JSON.stringify({ ...createProblem('bad-request'), status: Number.parseInt(status, 10) })
  return [
    `HTTP/1.1 ${status}`,
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n')
}
