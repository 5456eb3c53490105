import { isIdentityTag, maxIdentityValueBytes } from './identity.ts'
import type { ScanLimits } from './limits.ts'
import { isOffsetTableTag } from './pixel-data-recorder.ts'

/** Decides what is kept, and counts it against the limits. */
export class CapturePolicy {
  readonly #limits: ScanLimits
  readonly #all: boolean
  #capturedBytes = 0

  constructor(limits: ScanLimits, all: boolean) {
    this.#limits = limits
    this.#all = all
  }

  /** Whether the result lists the element at all. */
  lists(tag: number): boolean {
    return this.#all || isIdentityTag(tag)
  }

  /** Whether the value of a listed element is copied. */
  copies(tag: number, length: number, top: boolean): boolean {
    const { maxValueBytes, maxCapturedBytes, maxOffsetTableBytes } = this.#limits
    if (top && isIdentityTag(tag)) return length <= maxIdentityValueBytes
    if (top && isOffsetTableTag(tag)) return length <= maxOffsetTableBytes
    if (length > maxValueBytes || this.#capturedBytes + length > maxCapturedBytes) return false
    this.#capturedBytes += length
    return true
  }
}
