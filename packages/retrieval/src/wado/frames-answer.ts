import { frameCountOf, frameOf } from '@vna/archive'
import { createBoundary, DicomwebError, type MediaRange, multipartContentType, negotiateFrames } from '@vna/dicomweb'
import type { Answer } from '../body/answer.ts'
import type { DescribedInstance } from '../stored/described-instance.ts'
import { etagOf } from './etag.ts'
import { type BodyFile, multipartOf, storedSyntax } from './instance-answer.ts'
import { valueParts } from './value-parts.ts'

const pixelDataPaths = ['7FE00010', '7FE00008', '7FE00009']

/** The answer to `/frames/{frames}` (PS3.18 10.4.1.1.3): ranges of the pack, found in the sidecar. */
export function answerFrames(o: {
  described: DescribedInstance
  frameNumbers: readonly number[]
  ranges: readonly MediaRange[]
  instanceUrl: string
}): Answer {
  const { described, frameNumbers } = o
  const { frames } = described.entry
  if (frames === undefined)
    throw new DicomwebError('frame-not-found', 'the instance has no frames that can be addressed')
  const outside = frameNumbers.find((number) => number > frameCountOf(frames))
  if (outside !== undefined) throw new DicomwebError('frame-not-found', 'the instance has no such frame')
  const stored = storedSyntax(described.instance.transferSyntaxUid)
  const selection = negotiateFrames({ ranges: o.ranges, stored, frameCount: frameNumbers.length })
  const vr = pixelDataVr(described)
  const files = frameNumbers.map((number): BodyFile => {
    const ranges = frameOf(frames, number)!.map(({ offset, lengthBytes }) => ({ offset, length: lengthBytes }))
    return {
      contentType: selection.contentType,
      contentLocation: `${o.instanceUrl}/frames/${number}`,
      parts: valueParts(described, ranges, vr),
    }
  })
  const etag = etagOf(
    [described.instance],
    `frames ${frameNumbers.join()} ${selection.packaging} ${selection.contentType}`,
  )
  if (selection.packaging === 'single') {
    const { contentType, parts } = files[0]!
    return { contentType, parts, allowsRanges: true, etag: { value: etag, isWeak: false } }
  }
  const boundary = createBoundary()
  return {
    contentType: multipartContentType({ boundary, partType: selection.partType }),
    parts: multipartOf(files, boundary),
    allowsRanges: false,
    etag: { value: etag, isWeak: true },
  }
}

function pixelDataVr({ entry }: DescribedInstance): string {
  const path = pixelDataPaths.find((candidate) => entry.bulk?.[candidate] !== undefined)
  return path === undefined ? 'OW' : entry.bulk![path]![2]
}
