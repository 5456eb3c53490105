import { type MediaRange, negotiateMetadata, replaceBulkDataToken } from '@vna/dicomweb'
import type { Answer } from '../body/answer.ts'
import { type BodyPart, bytesPart } from '../body/body-part.ts'
import { type DescribedInstance, describeInstance } from '../stored/described-instance.ts'
import type { SidecarCache } from '../stored/sidecar-cache.ts'
import type { Relocate, StoredInstance } from '../stored/stored-instance.ts'
import { etagOf } from './etag.ts'

const opening = Buffer.from('[')
const comma = Buffer.from(',')
const closing = Buffer.from(']')

/**
 * The answer to `/metadata` (PS3.18 10.4.1.1.2): the JSON texts of the sidecars side by side, never parsed. Only the first
 * sidecar is read before the head is sent; the others while the body is.
 */
export async function answerMetadata(o: {
  instances: readonly StoredInstance[]
  ranges: readonly MediaRange[]
  urlOf(instance: StoredInstance): string
  sidecars: SidecarCache
  relocate: Relocate
}): Promise<Answer> {
  const contentType = negotiateMetadata(o.ranges)
  const [first, ...others] = o.instances
  const etag = etagOf(o.instances, `metadata ${first === undefined ? '' : o.urlOf(first)}`)
  const firstDescribed = first === undefined ? undefined : await describeInstance(first, o)
  const rest: BodyPart = {
    kind: 'made',
    lengthBytes: undefined,
    async *make() {
      if (firstDescribed !== undefined) yield* piecesOf(firstDescribed, o.urlOf)
      for (const instance of others) {
        yield comma
        yield* piecesOf(await describeInstance(instance, o), o.urlOf)
      }
    },
  }
  return {
    contentType,
    parts: [bytesPart(opening), rest, bytesPart(closing)],
    allowsRanges: false,
    etag: { value: etag, isWeak: true },
  }
}

function piecesOf(
  { instance, json }: DescribedInstance,
  urlOf: (instance: StoredInstance) => string,
): Iterable<Uint8Array> {
  return replaceBulkDataToken(json, urlOf(instance))
}
