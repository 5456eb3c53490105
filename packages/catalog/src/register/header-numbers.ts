import { canonicalJson } from '../header/canonical-json.ts'

export interface NumberedHeader<T> {
  readonly no: number
  readonly header: T
}

/** The distinct headers of one study or series, by number. */
export interface HeaderNumbers<T> {
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
  const toStore = [shown]
  for (const header of distinct(incoming)) {
    const text = canonicalJson(header)
    if (byText.has(text)) continue
    const numbered = { no: next++, header }
    byText.set(text, numbered)
    toStore.push(numbered)
  }
  const numbers = new Map(incoming.map((header) => [header, byText.get(canonicalJson(header))?.no ?? shown.no]))
  return {
    numberOf: (header) => numbers.get(header) ?? shown.no,
    headerOf: (no) => [...byText.values()].find((numbered) => numbered.no === no)?.header,
    isSeveral: byText.size > 1,
    toStore: byText.size > 1 ? toStore : [],
  }
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}
