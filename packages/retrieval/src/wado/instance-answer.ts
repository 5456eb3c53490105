import { encodePart10Prefix, findTransferSyntax, rewriteAsExplicitLittleEndian } from '@vna/dicom'
import {
  createBoundary,
  dicomMediaType,
  encodeClosingBoundary,
  encodePartHeader,
  explicitVrLittleEndianUid,
  type InstanceEncoding,
  type MediaRange,
  mediaTypeOfSyntax,
  multipartContentType,
  negotiateInstances,
  type StoredTransferSyntax,
} from '@vna/dicomweb'
import type { Answer } from '../body/answer.ts'
import { type BodyPart, bytesPart, lengthOf } from '../body/body-part.ts'
import { readWholeDataSet } from '../stored/read-data-set.ts'
import type { StoredInstance } from '../stored/stored-instance.ts'
import { etagOf } from './etag.ts'

/** The answer to a retrieval of a study, a series or one instance (PS3.18 10.4.1.1.1). Throws `not-acceptable`. */
export function answerInstances(o: {
  instances: readonly StoredInstance[]
  isOneInstance: boolean
  ranges: readonly MediaRange[]
}): Answer {
  const stored = o.instances.map((instance) => storedSyntax(instance.transferSyntaxUid))
  const { packaging, encodings } = negotiateInstances({ ranges: o.ranges, isOneInstance: o.isOneInstance, stored })
  const files = o.instances.map((instance, index) => fileOf(instance, encodings[index]!))
  const etag = etagOf(o.instances, `${packaging} ${encodings.join()}`)
  const isAsStored = encodings.every((encoding) => encoding === 'as-stored')
  if (packaging === 'single') {
    const { contentType, parts } = files[0]!
    return { contentType, parts, allowsRanges: isAsStored, etag: { value: etag, isWeak: !isAsStored } }
  }
  const boundary = createBoundary()
  return {
    contentType: multipartContentType({ boundary, partType: dicomMediaType }),
    parts: multipartOf(files, boundary),
    allowsRanges: false,
    etag: { value: etag, isWeak: true },
  }
}

export interface BodyFile {
  readonly contentType: string
  readonly contentLocation?: string
  readonly parts: readonly BodyPart[]
}

/** Joins files to one multipart body; a Content-Length stands where it is known without reading. */
export function multipartOf(files: readonly BodyFile[], boundary: string): readonly BodyPart[] {
  const parts = files.flatMap(({ contentType, contentLocation, parts: own }, index) => {
    const lengths = own.map(lengthOf)
    const isKnown = lengths.every((length) => length !== undefined)
    const header = encodePartHeader({
      boundary,
      contentType,
      ...(isKnown && { contentLengthBytes: lengths.reduce((sum, length) => sum + length, 0) }),
      ...(contentLocation !== undefined && { contentLocation }),
      isFirst: index === 0,
    })
    return [bytesPart(header), ...own]
  })
  return [...parts, bytesPart(encodeClosingBoundary(boundary))]
}

/** A syntax this edition of the standard does not know is encapsulated (PS3.5 A.4): it is only sent as stored. */
export function storedSyntax(uid: string): StoredTransferSyntax {
  return { uid, encapsulated: findTransferSyntax(uid)?.encapsulated ?? true }
}

function fileOf(instance: StoredInstance, encoding: InstanceEncoding): BodyFile {
  if (encoding === 'as-stored') {
    return {
      contentType: mediaTypeOfSyntax(dicomMediaType, instance.transferSyntaxUid),
      parts: [{ kind: 'stored', instance, offset: 0, lengthBytes: instance.lengthBytes }],
    }
  }
  const { sopClassUid, sopInstanceUid } = instance
  const prefix = encodePart10Prefix({ sopClassUid, sopInstanceUid, transferSyntaxUid: explicitVrLittleEndianUid })
  return {
    contentType: `${dicomMediaType}; transfer-syntax=${explicitVrLittleEndianUid}`,
    parts: [bytesPart(prefix), rewritten(instance)],
  }
}

function rewritten(instance: StoredInstance): BodyPart {
  return {
    kind: 'made',
    lengthBytes: undefined,
    async *make(packs, signal) {
      const open = await packs.open(instance)
      yield* rewriteAsExplicitLittleEndian(readWholeDataSet(open, signal), instance.transferSyntaxUid)
    },
  }
}
