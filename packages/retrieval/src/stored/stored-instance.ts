/** One instance as the catalog locates it: where its Part 10 file lies in which pack. */
export interface StoredInstance {
  readonly studyInstanceUid: string
  readonly seriesInstanceUid: string
  readonly sopInstanceUid: string
  readonly sopClassUid: string
  readonly transferSyntaxUid: string
  readonly packKey: string
  /** Of the Part 10 file in the pack. */
  readonly offset: number
  readonly lengthBytes: number
  /** Of the data set in the Part 10 file. */
  readonly dataSetOffset: number
  readonly sha256: Uint8Array
}

/** Resolves where an instance lies now, `undefined` when it is gone: packs are merged while requests run. */
export type Relocate = (instance: StoredInstance) => Promise<StoredInstance | undefined>
