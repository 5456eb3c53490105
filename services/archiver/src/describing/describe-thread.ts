import {
  ArchiveError,
  type ArchiveErrorCode,
  type ArchiveErrorDetails,
  buildSidecar,
  type DescribedSegment,
  openFileReader,
} from '@vna/archive'
import { handedOver } from '@vna/threads'

/** Where the segment lies, and not its bytes: no pixel data pass between threads. */
export interface DescribeOrder {
  readonly path: string
  readonly packKey: string
  /** One 32-bit number: that of the member being described, 0 before the first. */
  readonly progress: SharedArrayBuffer
  readonly undescribable: ReadonlyMap<number, string>
  readonly undescribableFrom: number | undefined
  readonly onlySeq: number | undefined
}

export type DescribeAnswer =
  | { readonly segment: DescribedSegment }
  | { readonly failure: { readonly code: ArchiveErrorCode; readonly details: ArchiveErrorDetails } }

/** What a thread of the archiver does: describes one segment. An error of a class of ours would arrive as another. */
export default async function describeInThread(order: DescribeOrder): Promise<DescribeAnswer> {
  const progress = new Int32Array(order.progress)
  try {
    const segment = await describe(order, (seq) => Atomics.store(progress, 0, seq))
    return handedOver({ segment }, [segment.bytes.buffer])
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error
    return { failure: { code: error.code, details: error.details } }
  }
}

async function describe(
  { path, packKey, undescribable, undescribableFrom, onlySeq }: DescribeOrder,
  onMember: (seq: number) => void,
): Promise<DescribedSegment & { readonly bytes: Uint8Array<ArrayBuffer> }> {
  const reader = await openFileReader(path)
  try {
    const built = await buildSidecar(reader, { packKey, undescribable, undescribableFrom, onlySeq, onMember })
    // A buffer of its own: a small one may be part of a pool, which cannot be handed over. Frames and bulk data are for those
    // who read the sidecar; rows are made without them.
    const instances = built.instances.map(({ frames, bulk, ...instance }) => instance)
    return { ...built, bytes: new Uint8Array(built.bytes), packDigest: new Uint8Array(built.packDigest), instances }
  } finally {
    await reader.close()
  }
}
