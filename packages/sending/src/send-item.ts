/** An instance that can be read as often as it takes to have it acknowledged. */
export interface SendItem {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly transferSyntaxUid: string
  /** What follows the Part 10 prefix. */
  readonly dataSetBytes: number
  /** A whole Part 10 file has this length. */
  readonly part10Bytes: number
  /** Verbatim: nothing is decoded or encoded again. */
  readonly dataSet: () => Promise<Uint8Array | AsyncIterable<Uint8Array>>
  readonly part10: () => Promise<Uint8Array | AsyncIterable<Uint8Array>>
}

/** What one association or request carries in a row: the instances of a study, made or read when they are reached. */
export interface SendGroup {
  /** Absent for files whose header does not name one. */
  readonly studyInstanceUid?: string
  readonly count: number
  readonly contexts: readonly StorageContext[]
  readonly items: Iterable<SendItem>
}

/** An abstract syntax with the one transfer syntax that the data set is in. */
export interface StorageContext {
  readonly sopClassUid: string
  readonly transferSyntaxUid: string
}

export function contextKey(context: StorageContext): string {
  return `${context.sopClassUid} ${context.transferSyntaxUid}`
}

export function distinctContexts(contexts: Iterable<StorageContext>): readonly StorageContext[] {
  const byKey = new Map<string, StorageContext>()
  for (const { sopClassUid, transferSyntaxUid } of contexts) {
    const context = { sopClassUid, transferSyntaxUid }
    byKey.set(contextKey(context), context)
  }
  return [...byKey.values()]
}
