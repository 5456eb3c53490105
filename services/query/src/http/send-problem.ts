import type { ServerResponse } from 'node:http'
import { type Problem, problemMediaType } from '@vna/dicomweb'

/** Answers a problem (RFC 9457); after the head was sent nothing can be said any more, so the connection is cut. */
export function sendProblem(response: ServerResponse, problem: Problem, headers: Record<string, string> = {}): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = JSON.stringify(problem)
  response.writeHead(problem.status, {
    'content-type': problemMediaType,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
