const kibi = 1024
const mebi = 1024 * kibi

/** What a data set may cost. A declared length never allocates: memory follows the bytes that arrived. */
export interface ScanLimits {
  /** Items inside items. Real objects stay under 20. */
  readonly maxDepth: number
  /** Elements and items on all levels. */
  readonly maxElements: number
  /** Bytes of everything but pixel data and values longer than `maxValueBytes`. */
  readonly maxHeaderBytes: number
  /** A longer value is walked over, not captured. */
  readonly maxValueBytes: number
  /** Once so much is captured, further values are walked over. */
  readonly maxCapturedBytes: number
  /** Basic and extended offset tables are captured up to this length, whatever `maxValueBytes` says. */
  readonly maxOffsetTableBytes: number
  readonly maxFragments: number
  readonly maxInflatedBytes: number
  /** Inflated to received bytes, looked at once `minRatioBytes` came out: blank images compress 1000 to 1. */
  readonly maxInflateRatio: number
  readonly minRatioBytes: number
}

export const scanLimits: ScanLimits = Object.freeze({
  maxDepth: 64,
  maxElements: 2_000_000,
  maxHeaderBytes: 256 * mebi,
  maxValueBytes: 256 * kibi,
  maxCapturedBytes: 64 * mebi,
  maxOffsetTableBytes: 64 * mebi,
  maxFragments: 4_000_000,
  maxInflatedBytes: 4 * kibi * mebi,
  maxInflateRatio: 200,
  minRatioBytes: 64 * mebi,
})
