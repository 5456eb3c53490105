import { createHmac } from 'node:crypto'

/** `v1=` and HMAC-SHA256 of `<timestamp>.<body>` in hex: the receiver checks both, and refuses what is old. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
}
