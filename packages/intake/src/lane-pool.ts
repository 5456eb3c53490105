import type { Journal, JournalLane } from '@vna/archive'

export interface LaneOwner {
  readonly entityCode: string
  /** AE title or client, with the protocol: what the pack says of an instance's origin. */
  readonly source: string
  readonly campaign?: string
}

interface IdleLane {
  readonly lane: JournalLane
  readonly timer: NodeJS.Timeout
}

/**
 * Lends journal lanes, one borrower at a time. A lane given back stays open for a moment, so that a sender which makes
 * an association or a request per instance does not make a pack per instance too.
 */
export class LanePool {
  readonly #journal: Journal
  readonly #onTrouble: (error: unknown) => void
  readonly #lingerMs: number
  readonly #idle = new Map<string, IdleLane[]>()

  constructor(options: { journal: Journal; lingerMs: number; onTrouble(error: unknown): void }) {
    this.#journal = options.journal
    this.#onTrouble = options.onTrouble
    this.#lingerMs = options.lingerMs
  }

  borrow(owner: LaneOwner): JournalLane {
    const waiting = this.#idle.get(keyOf(owner))?.pop()
    if (!waiting) return this.#journal.openLane(owner)
    clearTimeout(waiting.timer)
    return waiting.lane
  }

  giveBack(owner: LaneOwner, lane: JournalLane): void {
    const key = keyOf(owner)
    const lanes = this.#idle.get(key) ?? []
    this.#idle.set(key, lanes)
    const timer = setTimeout(() => this.#retire(key, lane), this.#lingerMs)
    lanes.push({ lane, timer })
  }

  /** Seals what is idle; borrowed lanes are sealed when the journal closes. */
  async close(): Promise<void> {
    const idle = [...this.#idle.values()].flat()
    this.#idle.clear()
    for (const { timer } of idle) clearTimeout(timer)
    await Promise.allSettled(idle.map(({ lane }) => lane.close()))
  }

  #retire(key: string, lane: JournalLane): void {
    const lanes = (this.#idle.get(key) ?? []).filter((idle) => idle.lane !== lane)
    if (lanes.length > 0) this.#idle.set(key, lanes)
    else this.#idle.delete(key)
    lane.close().catch(this.#onTrouble)
  }
}

function keyOf(owner: LaneOwner): string {
  return JSON.stringify([owner.entityCode, owner.source, owner.campaign ?? ''])
}
