export const publicationLimits = {
  maxPerTake: 64,
  /** Words of a registry kept for the operator. */
  maxErrorChars: 2_000,
  maxListed: 1_000,
  maxNotificationsPerTake: 100,
  /** Salts tried before two studies that want the same generated number are an error. */
  maxAccessionAttempts: 8,
} as const
