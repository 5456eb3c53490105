import type { IncomingMessage } from 'node:http'
import { GrowingBuffer } from '@vna/bytes'
import { assertNoContentEncoding, ProblemError } from '@vna/http'
import { intakeLimits } from './intake-limits.ts'

export interface BodyLimits {
  readonly maxReportBytes: number
  readonly maxBytesAtOnce: number
  /** Of one sender: others find room beside it. */
  readonly maxBytesPerOwner: number
  readonly bodyTimeoutMs: number
}

export interface HeldBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** To be called when the bytes are not needed any more. */
  release(): void
}

/** Counts the bytes of all bodies held at the same time. */
export class BodyBudget {
  readonly #limits: BodyLimits
  #heldBytes = 0
  readonly #heldByOwner = new Map<string, number>()

  constructor(limits: Partial<BodyLimits> = {}) {
    this.#limits = { ...intakeLimits, ...limits }
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Reads a body to its end, or refuses it as soon as it is known to be too large: by its header, else while it comes. */
  async read(request: IncomingMessage, owner: string): Promise<HeldBytes> {
    assertNoContentEncoding(request)
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced > this.#limits.maxReportBytes) throw this.#tooLarge()
    const body = new GrowingBuffer(this.#limits.maxReportBytes)
    let heldBytes = 0
    const timer = setTimeout(() => request.destroy(new Error('the body came too slowly')), this.#limits.bodyTimeoutMs)
    const release = (): void => {
      this.#free(owner, heldBytes)
      heldBytes = 0
    }
    try {
      // Left open when it is refused: the answer goes out by the same connection.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        this.#hold(owner, chunk.length)
        heldBytes += chunk.length
        if (!body.append(chunk)) throw this.#tooLarge()
      }
      // Of their own size, so that they can be given to a thread.
      return { bytes: body.take().slice(), release }
    } catch (error) {
      release()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  #hold(owner: string, bytes: number): void {
    const ofOwner = (this.#heldByOwner.get(owner) ?? 0) + bytes
    const { maxBytesAtOnce, maxBytesPerOwner } = this.#limits
    if (this.#heldBytes + bytes > maxBytesAtOnce || ofOwner > maxBytesPerOwner) {
      throw new ProblemError('unavailable', 'too many reports at once', { headers: { 'retry-after': '2' } })
    }
    this.#heldBytes += bytes
    this.#heldByOwner.set(owner, ofOwner)
  }

  #free(owner: string, bytes: number): void {
    this.#heldBytes -= bytes
    const left = (this.#heldByOwner.get(owner) ?? 0) - bytes
    if (left > 0) this.#heldByOwner.set(owner, left)
    else this.#heldByOwner.delete(owner)
  }

  #tooLarge(): ProblemError {
    const { maxReportBytes } = this.#limits
    return new ProblemError('payload-too-large', 'the report is too large', { extensions: { limit: maxReportBytes } })
  }
}
