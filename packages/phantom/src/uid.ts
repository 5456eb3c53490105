import { createHash } from 'node:crypto'

/** A UID under 2.25 (PS3.5 B.2): a UUID of version 8 made from the SHA-256 of the parts, so it never changes. */
export function phantomUid(...parts: readonly (string | number)[]): string {
  const bytes = createHash('sha256').update(parts.join('\u0000')).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`).toString()}`
}
