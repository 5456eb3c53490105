import type { OrderIdentifier } from '../model/report.ts'

/** `exact`: number and issuer; `open`: one side names no issuer, so the number alone speaks. */
export type OrderMatch = 'exact' | 'open' | 'none'

/** The best match of two lists of numbers. Two different issuers never match, whatever the numbers. */
export function matchOrders(report: readonly OrderIdentifier[], study: readonly OrderIdentifier[]): OrderMatch {
  const matches = new Set(report.flatMap((a) => study.map((b) => matchOrder(a, b))))
  if (matches.has('exact')) return 'exact'
  return matches.has('open') ? 'open' : 'none'
}

function matchOrder(a: OrderIdentifier, b: OrderIdentifier): OrderMatch {
  if (a.value === '' || a.value !== b.value) return 'none'
  if (a.issuer === undefined || b.issuer === undefined) return 'open'
  return a.issuer === b.issuer ? 'exact' : 'none'
}
