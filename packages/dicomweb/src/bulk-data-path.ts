import { DicomwebError } from './dicomweb-error.ts'

/** Deepest sequence nesting in a bulk data path. */
export const maxBulkDataPathDepth = 64

export interface BulkDataStep {
  readonly tag: string
  readonly item?: number
}

/** Parses the path below `/bulkdata/`: `7FE00010`, or `00081115/0/00400008` with the item's index between the tags. */
export function parseBulkDataPath(text: string): readonly BulkDataStep[] {
  const segments = text.split('/')
  const isOdd = segments.length % 2 === 1
  const isWellFormed = segments.every((segment, index) =>
    index % 2 === 0 ? /^[0-9A-Fa-f]{8}$/.test(segment) : /^\d{1,9}$/.test(segment),
  )
  if (!isOdd || !isWellFormed || segments.length > 2 * maxBulkDataPathDepth + 1) {
    throw new DicomwebError(
      'bulk-data-path-invalid',
      'a path is tags of 8 hexadecimal digits with item numbers between them',
    )
  }
  const steps: BulkDataStep[] = []
  for (let index = 0; index < segments.length; index += 2) {
    const item = segments[index + 1]
    steps.push({ tag: segments[index]!.toUpperCase(), ...(item !== undefined && { item: Number(item) }) })
  }
  return steps
}
