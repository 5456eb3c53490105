import { frameCountOf } from '@vna/archive'
import {
  type BulkDataStep,
  createBoundary,
  DicomwebError,
  frameFormOf,
  type MediaRange,
  multipartContentType,
  negotiateBulkData,
} from '@vna/dicomweb'
import type { Answer } from '../body/answer.ts'
import type { DescribedInstance } from '../stored/described-instance.ts'
import { etagOf } from './etag.ts'
import { answerFrames } from './frames-answer.ts'
import { multipartOf, storedSyntax } from './instance-answer.ts'
import { valueParts } from './value-parts.ts'

const pixelData = '7FE00010'
const encapsulatedDocument = '00420011'
const mimeTypeOfEncapsulatedDocument = '00420012'

/**
 * The answer to `/bulkdata/{path}` (PS3.18 10.4.1.1.5): the value's stretch of the pack, found in the sidecar. Compressed
 * pixel data are their frames, without the fragments' headers (8.7.3.3.2).
 */
export function answerBulkData(o: {
  described: DescribedInstance
  steps: readonly BulkDataStep[]
  ranges: readonly MediaRange[]
  instanceUrl: string
}): Answer {
  const { described } = o
  const path = o.steps.map(({ tag, item }) => (item === undefined ? tag : `${tag}/${item}`)).join('/')
  const located = described.entry.bulk?.[path]
  if (located === undefined) throw new DicomwebError('bulk-data-not-found', 'the instance has no bulk data there')
  const { frames } = described.entry
  const form = frameFormOf(storedSyntax(described.instance.transferSyntaxUid))
  if (path === pixelData && !form.isNative && frames !== undefined) {
    const frameNumbers = Array.from({ length: frameCountOf(frames) }, (_, index) => index + 1)
    return answerFrames({ ...o, frameNumbers })
  }
  const [offset, length, vr] = located
  const ownType = path === encapsulatedDocument ? documentType(described) : undefined
  const selection = negotiateBulkData({ ranges: o.ranges, ownType })
  const parts = valueParts(described, [{ offset, length }], vr)
  const etag = etagOf([described.instance], `bulk ${path} ${selection.packaging} ${selection.contentType}`)
  const { contentType } = selection
  if (selection.packaging === 'single')
    return { contentType, parts, allowsRanges: true, etag: { value: etag, isWeak: false } }
  const boundary = createBoundary()
  return {
    contentType: multipartContentType({ boundary, partType: selection.partType }),
    parts: multipartOf([{ contentType, contentLocation: `${o.instanceUrl}/bulkdata/${path}`, parts }], boundary),
    allowsRanges: false,
    etag: { value: etag, isWeak: true },
  }
}

/** MIME Type of Encapsulated Document (0042,0012), when it has the form of one. */
function documentType({ json }: DescribedInstance): string | undefined {
  const dataSet = JSON.parse(json.toString('utf8')) as Record<string, { Value?: readonly unknown[] }>
  const type = dataSet[mimeTypeOfEncapsulatedDocument]?.Value?.[0]
  return typeof type === 'string' && /^[a-z]+\/[a-z0-9.+-]+$/i.test(type) ? type.toLowerCase() : undefined
}
