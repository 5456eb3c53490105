import type { RangeReader } from '../segment/range-reader.ts'

export type ObjectSource = { path: string } | { bytes: Uint8Array }

export interface PutOptions {
  /** Of the source; a source of another size is refused (`size-mismatch`). */
  sizeBytes: number
  /** Refused with `digest-mismatch`, and nothing kept, when the bytes are others. */
  sha256?: Uint8Array
  contentType?: string
  signal?: AbortSignal
}

export interface StoredObject {
  key: string
  sizeBytes: number
}

/**
 * Immutable objects under keys like `packs/2026/01/31/j1/x.tar`: components of letters, digits, `.`, `_`, `-` that
 * start with a letter or digit, joined by `/`. All failures are `ArchiveError`s.
 */
export interface ObjectStore {
  readonly kind: 'file' | 's3'
  /** For logs: where it is, without secrets. */
  describe(): string
  /** Makes the root or bucket where that is missing and allowed; call once before use. */
  prepare(signal?: AbortSignal): Promise<void>
  /** Durable when it resolves; repeating it is harmless. Resolves the SHA-256 when the driver came to know it. */
  put(key: string, source: ObjectSource, o: PutOptions): Promise<{ sha256?: Uint8Array }>
  /** Throws `missing-object`; `bad-range` when the object ends before the range does. */
  read(key: string, range?: { offset: number; length: number }): Promise<Uint8Array>
  /** Throws `missing-object`. */
  openReader(key: string): Promise<RangeReader>
  head(key: string): Promise<{ sizeBytes: number; sha256?: Uint8Array } | undefined>
  /** Keys that start with `prefix` (any string, not only a folder), in byte order. */
  list(prefix: string): AsyncIterable<StoredObject>
  /** Absent afterwards, whether or not it existed. */
  delete(key: string): Promise<void>
  /** A cheap proof that the store answers. */
  probe(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export type ObjectStoreOperation = 'prepare' | 'put' | 'read' | 'open' | 'head' | 'delete' | 'probe'

/** For metrics: told after each operation. `outcome` is `ok` or the code of the error. */
export type ObserveObjectStore = (operation: ObjectStoreOperation, outcome: string, seconds: number) => void
