import { createHash } from 'node:crypto'

export type Bytes = Uint8Array | AsyncIterable<Uint8Array>

/** Passes bytes on and takes the SHA-256 of those after the first `skipBytes`; it is known once all have passed. */
export function withDigest(bytes: Bytes, skipBytes = 0): { readonly bytes: Bytes; digest(): string } {
  const hash = createHash('sha256')
  if (bytes instanceof Uint8Array) {
    const hex = hash.update(bytes.subarray(skipBytes)).digest('hex')
    return { bytes, digest: () => hex }
  }
  let toSkip = skipBytes
  const passing = async function* (): AsyncGenerator<Uint8Array> {
    for await (const part of bytes) {
      hash.update(part.subarray(toSkip))
      toSkip = Math.max(0, toSkip - part.length)
      yield part
    }
  }
  return { bytes: passing(), digest: () => hash.copy().digest('hex') }
}
