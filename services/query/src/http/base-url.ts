import type { IncomingMessage } from 'node:http'
import { requestBaseUrl } from '@vna/dicomweb'

/** The address under which the client reaches this installation, for the URLs in an answer. */
export function baseUrlOf(request: IncomingMessage, fallbackHost: string): string {
  return requestBaseUrl({ headers: request.headers, isTls: 'encrypted' in request.socket }, fallbackHost)
}
