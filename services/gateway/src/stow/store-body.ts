import { type MediaType, MultipartRelatedParser } from '@vna/dicomweb'
import { ProblemError } from '@vna/http'

const dicomMediaType = 'application/dicom'

/** What a request body consists of, whichever of the two media types it has (PS3.18 10.5.2). */
export interface PartReceiver {
  begin(): void
  /** `data` is good only until it returns. */
  data(data: Uint8Array): void
  end(): void
}

/** A part costs the same however short it is: of 64 KiB of empty ones, nobody else shall wait for the last. */
export const maxPartsPerTurn = 32

/** Reads one body: `multipart/related` of Part 10 files, or a single one. */
export interface BodyReader {
  /** To be run to its end. It stops where enough was done for one turn of the event loop: others then have theirs. */
  push(chunk: Uint8Array): Generator<'pause', void, undefined>
  /** Throws DicomwebError `multipart-truncated` when the closing boundary did not come. */
  end(): void
}

export function createBodyReader(contentType: MediaType, receiver: PartReceiver): BodyReader {
  if (contentType.type === dicomMediaType) return readSinglePart(receiver)
  const partType = contentType.parameters.get('type')?.toLowerCase()
  const boundary = contentType.parameters.get('boundary')
  if (contentType.type !== 'multipart/related' || partType !== dicomMediaType || boundary === undefined) {
    throw new ProblemError('unsupported-media-type', `only ${dicomMediaType} is stored, alone or as multipart/related`)
  }
  return readMultipart(boundary, receiver)
}

function readSinglePart(receiver: PartReceiver): BodyReader {
  let begun = false
  return {
    // biome-ignore lint/correctness/useYield: one part is never too many for a turn.
    *push(chunk) {
      if (!begun) receiver.begin()
      begun = true
      receiver.data(chunk)
    },
    end: () => {
      if (begun) receiver.end()
    },
  }
}

function readMultipart(boundary: string, receiver: PartReceiver): BodyReader {
  const parser = new MultipartRelatedParser({ boundary })
  return {
    *push(chunk) {
      let partsOfTurn = 0
      for (const event of parser.push(chunk)) {
        if (event.kind === 'part-data') receiver.data(event.data)
        // A part of another media type is read all the same and fails as not being DICOM: the others must not suffer.
        else if (event.kind === 'part-begin') receiver.begin()
        else {
          receiver.end()
          partsOfTurn += 1
          if (partsOfTurn % maxPartsPerTurn === 0) yield 'pause'
        }
      }
    },
    end: () => parser.end(),
  }
}
