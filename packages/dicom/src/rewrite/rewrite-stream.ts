import { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { DicomError } from '../errors.ts'
import { findTransferSyntax } from '../transfer-syntaxes.ts'
import type { SourceEncoding } from './element-encoding.ts'
import { ExplicitLittleEndianRewriter } from './explicit-little-endian-rewriter.ts'

const vrOffset = 4
const inflateChunkBytes = 256 * 1024

/**
 * Rewrites a stored data set (without its file meta group) as Explicit VR Little Endian. Each yielded buffer is good until
 * the next is asked for. Throws `transcoding-unsupported` at once for encapsulated or unknown syntaxes, `transcoding-failed`
 * when the stored bytes do not follow theirs.
 */
export function rewriteAsExplicitLittleEndian(
  source: AsyncIterable<Uint8Array>,
  transferSyntaxUid: string,
): AsyncIterable<Uint8Array> {
  const syntax = findTransferSyntax(transferSyntaxUid)
  if (syntax === undefined || syntax.encapsulated) {
    throw new DicomError('transcoding-unsupported', { reason: `transfer syntax ${transferSyntaxUid}` })
  }
  switch (syntax.encoding) {
    case 'explicit-le':
      return source
    case 'deflated-le':
      return inflate(source)
    case 'implicit-le':
    case 'explicit-be':
      return rewrite(source, syntax.encoding)
  }
}

async function* rewrite(source: AsyncIterable<Uint8Array>, encoding: SourceEncoding): AsyncGenerator<Uint8Array> {
  const rewriter = new ExplicitLittleEndianRewriter({ source: encoding })
  let isMislabelled: boolean | undefined
  for await (const chunk of source) {
    isMislabelled ??= encoding === 'implicit-le' && beginsWithExplicitVr(chunk)
    if (isMislabelled) yield chunk
    else yield* rewriter.push(chunk)
  }
  yield* rewriter.end()
}

/** Some senders call explicit data sets implicit. Read as implicit, the first element would be over 16 KiB long: none is. */
function beginsWithExplicitVr(chunk: Uint8Array): boolean {
  return /^[A-Z]{2}$/.test(String.fromCharCode(...chunk.subarray(vrOffset, vrOffset + 2)))
}

async function* inflate(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Copied: zlib works on the chunk in another thread, when the caller may already read into its buffer again.
  const copies = (async function* () {
    for await (const chunk of source) yield Buffer.from(chunk)
  })()
  const inflater = createInflateRaw({ chunkSize: inflateChunkBytes })
  const input = Readable.from(copies, { objectMode: false })
  input.on('error', (error) => inflater.destroy(error))
  try {
    for await (const chunk of input.pipe(inflater)) yield chunk as Buffer
  } catch (error) {
    if (error instanceof Error && (error as NodeJS.ErrnoException).code?.startsWith('Z_')) {
      throw new DicomError('transcoding-failed', { reason: 'the deflated data set cannot be inflated', cause: error })
    }
    throw error
  } finally {
    input.destroy()
    inflater.destroy()
  }
}
