import { LRUCache } from 'lru-cache'

/** Of one kind of picture. Slices of 1,024 x 1,024 take 96 MiB. */
const maxCachedBytes = 256 * 1024 * 1024

/** Pictures rendered before, by what they were rendered from; those used last are kept. */
export function createPictureCache(): LRUCache<string, Uint8Array> {
  return new LRUCache({ maxSize: maxCachedBytes, sizeCalculation: ({ length }) => Math.max(1, length) })
}
