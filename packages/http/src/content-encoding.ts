import type { IncomingMessage } from 'node:http'
import { ProblemError } from './problem-error.ts'

/** Bodies are taken as they are: throws `unsupported-media-type` for a coded one (RFC 9110 15.5.16). */
export function assertNoContentEncoding({ headers }: IncomingMessage): void {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (coding === 'identity' || coding === '') return
  throw new ProblemError('unsupported-media-type', 'no Content-Encoding is supported', {
    headers: { 'accept-encoding': 'identity' },
  })
}
