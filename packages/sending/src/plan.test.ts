import { describe, expect, it } from 'vitest'
import { createDispenser, legsOf, maxPresentationContexts } from './plan.ts'
import { distinctContexts, type SendGroup, type SendItem } from './send-item.ts'

function itemOf(number: number): SendItem {
  const nothing = async (): Promise<Uint8Array> => new Uint8Array(0)
  return {
    sopClassUid: `1.2.${number}`,
    sopInstanceUid: `2.25.${number}`,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    dataSetBytes: 0,
    part10Bytes: 0,
    dataSet: nothing,
    part10: nothing,
  }
}

function groupOf(items: readonly SendItem[]): SendGroup {
  return { count: items.length, contexts: distinctContexts(items), items }
}

describe('legsOf', () => {
  it('proposes everything at once where it fits, so that one association serves all', () => {
    const group = groupOf([itemOf(1), itemOf(1), itemOf(2)])
    const other = groupOf([itemOf(3)])
    const plan = { total: 4, contexts: [...group.contexts, ...other.contexts], groups: [group, other] }
    const [leg, ...rest] = legsOf(group, plan)
    expect(rest).toHaveLength(0)
    expect(leg?.contexts).toBe(plan.contexts)
  })

  it('never proposes more than an association may, and loses no instance', () => {
    const items = Array.from({ length: 300 }, (_, index) => itemOf(index))
    const group = groupOf([...items, ...items])
    const plan = { total: 600, contexts: group.contexts, groups: [group] }
    const legs = [...legsOf(group, plan)].map((leg) => ({ contexts: leg.contexts.length, items: [...leg.items] }))
    expect(legs.map((leg) => leg.contexts)).toEqual([128, 128, 44])
    expect(Math.max(...legs.map((leg) => leg.contexts))).toBeLessThanOrEqual(maxPresentationContexts)
    expect(legs.flatMap((leg) => leg.items)).toHaveLength(600)
  })
})

describe('createDispenser', () => {
  it('hands each group out once', () => {
    const groups = [groupOf([itemOf(1)]), groupOf([itemOf(2)])]
    const next = createDispenser({ total: 2, contexts: [], groups })
    expect([next(), next(), next(), next()]).toEqual([groups[0], groups[1], undefined, undefined])
  })
})
