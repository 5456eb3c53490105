import { RetrievalError } from '../retrieval-error.ts'
import type { PackReaders } from '../stored/pack-readers.ts'
import type { PrefetchBudget } from '../stored/prefetching-reader.ts'
import type { BlockPool } from './block-pool.ts'
import { BlockSender, type BlockSink } from './block-sender.ts'
import type { BodyPart } from './body-part.ts'
import { StoredPartReader } from './stored-part-reader.ts'

export interface PrefetchOptions {
  readonly budget: PrefetchBudget
  readonly windowsAhead: number
}

export interface SendPartsOptions {
  readonly sink: BlockSink
  readonly packs: PackReaders
  /** For stores where a read is a request over the network. */
  readonly prefetch: PrefetchOptions | undefined
  readonly pool: BlockPool
  /** Aborts when the receiver is gone. */
  readonly signal: AbortSignal
  /** How long the receiver may take to accept one block. */
  readonly stallLimitMs: number
  /** Counts what the receiver accepted, also when the sending breaks off. */
  readonly progress: { sentBytes: number }
}

/** Sends the parts one after the other. Throws when they cannot be sent to their end: the sink then has only a part. */
export async function sendParts(parts: readonly BodyPart[], o: SendPartsOptions): Promise<void> {
  const sender = new BlockSender(o)
  const stored = new StoredPartReader(parts, o)
  try {
    for (const [index, part] of parts.entries()) {
      if (part.kind === 'bytes') await sender.write(part.bytes)
      else if (part.kind === 'stored') await stored.send(part, index, sender)
      else await sendMade(part, sender, o)
    }
    await sender.finish()
  } catch (error) {
    sender.abandon()
    throw error
  } finally {
    await stored.close()
    o.progress.sentBytes = sender.sentBytes
  }
}

async function sendMade(
  part: Extract<BodyPart, { kind: 'made' }>,
  sender: BlockSender,
  { packs, signal }: SendPartsOptions,
): Promise<void> {
  for await (const bytes of part.make(packs, signal)) {
    if (signal.aborted) throw new RetrievalError('client-gone')
    await sender.write(bytes)
  }
}
