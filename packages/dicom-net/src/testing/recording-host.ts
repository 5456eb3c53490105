import { type AcceptorOptions, createAcceptor } from '../acceptor/acceptor.ts'
import type {
  AcceptorHost,
  AssociationDecision,
  AssociationSummary,
  CStoreRq,
  PeerInfo,
  StoreSink,
} from '../acceptor/host.ts'
import type { DimseOutcome } from '../dimse/operation.ts'

export interface RecordedStore {
  readonly request: CStoreRq
  /** Writes, each the fragments of one socket read. */
  readonly writes: number[]
  readonly bytes: Buffer
  ended: boolean
  aborted: string | undefined
}

/** A host that keeps what it gets and answers as it is told. */
export class RecordingHost implements AcceptorHost {
  readonly stores: RecordedStore[] = []
  readonly summaries: AssociationSummary[] = []
  readonly failures: string[] = []
  readonly faults: unknown[] = []
  decide: (peer: PeerInfo) => Promise<AssociationDecision> = async () => ({ accept: true, context: 'context' })
  onWrite: (store: RecordedStore) => void | Promise<void> = () => undefined
  onEnd: (store: RecordedStore) => Promise<DimseOutcome> = async () => ({ status: 0 })
  #waiting: (() => void)[] = []

  decideAssociation(_request: unknown, peer: PeerInfo): Promise<AssociationDecision> {
    return this.decide(peer)
  }

  beginStore(_association: unknown, request: CStoreRq): StoreSink {
    let parts: Buffer[] = []
    const store: RecordedStore = {
      request,
      writes: [],
      get bytes() {
        const whole = Buffer.concat(parts)
        parts = [whole]
        return whole
      },
      ended: false,
      aborted: undefined,
    }
    this.stores.push(store)
    return {
      write: (fragments) => {
        parts.push(...fragments.map((fragment) => Buffer.from(fragment)))
        store.writes.push(fragments.length)
        return this.onWrite(store)
      },
      end: () => {
        store.ended = true
        return this.onEnd(store)
      },
      abort: (reason) => {
        store.aborted = reason
      },
    }
  }

  associationEnded(summary: AssociationSummary): void {
    this.summaries.push(summary)
    this.#wake()
  }

  connectionFailed(_peer: PeerInfo, reason: string): void {
    this.failures.push(reason)
    this.#wake()
  }

  faulted(error: unknown): void {
    this.faults.push(error)
  }

  /** The summary of the n-th association that ended. */
  async summary(n = 0): Promise<AssociationSummary> {
    while (this.summaries[n] === undefined) await this.#change()
    return this.summaries[n]
  }

  async failure(): Promise<string> {
    while (this.failures[0] === undefined) await this.#change()
    return this.failures[0]
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

export async function listen(o: Partial<AcceptorOptions> & { host?: RecordingHost } = {}) {
  const host = o.host ?? new RecordingHost()
  const acceptor = createAcceptor({ ...o, host })
  const { port } = await acceptor.listen({ port: 0, host: '127.0.0.1' })
  return { host, acceptor, port }
}
