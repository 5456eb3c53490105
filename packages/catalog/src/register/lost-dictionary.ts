import { CatalogError } from '@vna/database'

/** Fewer rows than sent: a dictionary row this process knew is gone, because an older dump was restored. */
export function requireAllInserted(inserted: number, expected: number): void {
  if (inserted === expected) return
  throw new CatalogError('conflict', 'a dictionary row is missing', {
    retryable: true,
    details: { inserted, expected, lostDictionary: true },
  })
}

export function isLostDictionary(error: unknown): boolean {
  return error instanceof CatalogError && error.details.lostDictionary === true
}
