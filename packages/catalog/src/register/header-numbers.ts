import { canonicalJson } from '../header/canonical-json.ts'
import { catalogLimits } from '../limits.ts'

export interface NumberedHeader<T> {
  readonly no: number
  readonly header: T
}

/** With the entity that brought it first. */
export interface BroughtHeader<T> extends NumberedHeader<T> {
  readonly entityId: number
}

/** The distinct headers of one study or series, by number. */
export interface HeaderNumbers<T> {
  /** Of a header that was among `incoming`. */
  numberOf(header: T): number
  headerOf(no: number): T | undefined
  /** More than one: which is shown must be worked out. */
  readonly isSeveral: boolean
  /** Those the catalog must keep beside the row, when there are several. */
  readonly toStore: readonly BroughtHeader<T>[]
}

export function numberHeaders<T>(
  shown: BroughtHeader<T>,
  variants: readonly BroughtHeader<T>[],
  incoming: readonly { readonly header: T; readonly entityId: number }[],
): HeaderNumbers<T> {
  const byText = new Map<string, BroughtHeader<T>>()
  for (const numbered of [shown, ...variants]) byText.set(canonicalJson(numbered.header), numbered)
  let next = 1 + Math.max(shown.no, ...variants.map(({ no }) => no))
  const shares = new HeaderShares([...byText.values()])
  const numbers = new Map<T, number>()
  const toStore = [shown]
  for (const { header, entityId } of incoming) {
    // Equal headers of one pack are one object, so few are left to compare by text.
    if (numbers.has(header)) continue
    const text = canonicalJson(header)
    let numbered = byText.get(text)
    if (numbered === undefined && shares.hasRoom(entityId)) {
      numbered = { no: next++, header, entityId }
      byText.set(text, numbered)
      shares.add(numbered)
      toStore.push(numbered)
    }
    numbers.set(header, numbered?.no ?? shares.firstOf(entityId) ?? shown.no)
  }
  return {
    numberOf: (header) => numbers.get(header) ?? shown.no,
    headerOf: (no) => [...byText.values()].find((numbered) => numbered.no === no)?.header,
    isSeveral: byText.size > 1,
    toStore: byText.size > 1 ? toStore : [],
  }
}

/** How many headers each entity brought, and which was its first. */
class HeaderShares {
  readonly #shares = new Map<number, { count: number; first: number }>()

  constructor(known: readonly BroughtHeader<unknown>[]) {
    for (const numbered of known) this.add(numbered)
  }

  add({ entityId, no }: BroughtHeader<unknown>): void {
    const { count = 0, first = no } = this.#shares.get(entityId) ?? {}
    this.#shares.set(entityId, { count: count + 1, first: Math.min(first, no) })
  }

  hasRoom(entityId: number): boolean {
    return (this.#shares.get(entityId)?.count ?? 0) < catalogLimits.maxHeadersPerEntity
  }

  firstOf(entityId: number): number | undefined {
    return this.#shares.get(entityId)?.first
  }
}
