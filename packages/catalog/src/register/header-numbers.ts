import { canonicalJson } from '../header/canonical-json.ts'
import { catalogLimits } from '../limits.ts'

export interface NumberedHeader<T> {
  readonly no: number
  readonly header: T
}

/** The distinct headers of one study or series, by number. */
export interface HeaderNumbers<T> {
  /** Of a header that was among `incoming`. */
  numberOf(header: T): number
  headerOf(no: number): T | undefined
  /** More than one: which is shown must be worked out. */
  readonly isSeveral: boolean
  /** Those the catalog must keep beside the row, when there are several. */
  readonly toStore: readonly NumberedHeader<T>[]
}

export function numberHeaders<T>(
  shown: NumberedHeader<T>,
  variants: readonly NumberedHeader<T>[],
  incoming: readonly T[],
): HeaderNumbers<T> {
  const byText = new Map<string, NumberedHeader<T>>()
  for (const numbered of [shown, ...variants]) byText.set(canonicalJson(numbered.header), numbered)
  let next = 1 + Math.max(shown.no, ...variants.map(({ no }) => no))
  const numbers = new Map<T, number>()
  const toStore = [shown]
  // Equal headers of one pack are one object, so few are left to compare by text.
  for (const header of new Set(incoming)) {
    const text = canonicalJson(header)
    let numbered = byText.get(text)
    if (numbered === undefined && byText.size < catalogLimits.maxHeaders) {
      numbered = { no: next++, header }
      byText.set(text, numbered)
      toStore.push(numbered)
    }
    numbers.set(header, numbered?.no ?? shown.no)
  }
  return {
    numberOf: (header) => numbers.get(header) ?? shown.no,
    headerOf: (no) => [...byText.values()].find((numbered) => numbered.no === no)?.header,
    isSeveral: byText.size > 1,
    toStore: byText.size > 1 ? toStore : [],
  }
}
