export interface BackoffLimits {
  readonly firstMs: number
  readonly maxMs: number
}

export interface BackoffOptions {
  /** How much of the pause is left to chance, so that what failed together does not come back together. Default half. */
  readonly jitter?: 'none' | 'half' | 'full'
  readonly random?: () => number
}

const shareOfChance = { none: 0, half: 0.5, full: 1 } as const
/** Beyond, doubling changes nothing: 2^30 ms are twelve days. */
const maxDoublings = 30

/** The pause before something is tried again that failed `retries` times since it was tried first: doubles up to the longest. */
export function backoffMs(
  retries: number,
  { firstMs, maxMs }: BackoffLimits,
  { jitter = 'half', random = Math.random }: BackoffOptions = {},
): number {
  const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(retries, maxDoublings))
  const byChance = fullMs * shareOfChance[jitter]
  return Math.round(fullMs - byChance + random() * byChance)
}
