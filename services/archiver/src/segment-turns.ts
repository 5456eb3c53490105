/** Ids remembered; what is beyond is learnt when there is room. */
const maxWaiting = 100_000

/**
 * Whose segment is next. Round robin over the entities that have segments waiting, in order of time within one: whoever
 * leaves thousands of them delays nobody else by more than one. A segment waits, then runs, then is forgotten; one that failed
 * and is still there is learnt anew, and waits behind the others of its entity.
 */
export class SegmentTurns {
  /** Entities in the order of their turn, each with its segments. */
  readonly #waiting = new Map<string, string[]>()
  readonly #known = new Set<string>()
  #waitingCount = 0

  get waiting(): number {
    return this.#waitingCount
  }

  /** Waiting or running. */
  isKnown(segmentId: string): boolean {
    return this.#known.has(segmentId)
  }

  get isFull(): boolean {
    return this.#waitingCount >= maxWaiting
  }

  add(entityCode: string, segmentId: string): void {
    if (this.#known.has(segmentId) || this.isFull) return
    this.#known.add(segmentId)
    const ofEntity = this.#waiting.get(entityCode)
    if (ofEntity === undefined) this.#waiting.set(entityCode, [segmentId])
    else ofEntity.push(segmentId)
    this.#waitingCount++
  }

  /** The segment whose turn it is; it is running until it is forgotten. */
  take(): string | undefined {
    for (const [entityCode, ofEntity] of this.#waiting) {
      const segmentId = ofEntity.shift()
      this.#waiting.delete(entityCode)
      if (ofEntity.length > 0) this.#waiting.set(entityCode, ofEntity)
      if (segmentId === undefined) continue
      this.#waitingCount--
      return segmentId
    }
    return undefined
  }

  /** Runs without having waited. */
  begin(segmentId: string): void {
    this.#known.add(segmentId)
  }

  forget(segmentId: string): void {
    this.#known.delete(segmentId)
  }
}
