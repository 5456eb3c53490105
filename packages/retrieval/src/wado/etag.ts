import { createHash } from 'node:crypto'
import type { StoredInstance } from '../stored/stored-instance.ts'

const etagLength = 32

/** An entity tag from what the bytes follow from: the digests of the data sets, and how they are presented. */
export function etagOf(instances: readonly StoredInstance[], presentation: string): string {
  const hash = createHash('sha256').update(presentation)
  for (const { sopInstanceUid, sha256 } of instances) hash.update(`\n${sopInstanceUid}\n`).update(sha256)
  return hash.digest('base64url').slice(0, etagLength)
}
