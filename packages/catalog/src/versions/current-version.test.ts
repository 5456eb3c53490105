import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Arrival, arrivalFlags, compareArrivals, currentVersion, type VersionArrivals } from './current-version.ts'

const owner = 1
const stranger = 2
const { campaign, lossy, keepFirst } = arrivalFlags

const arrival = (receivedAtMs: number, more: Partial<Arrival> = {}): Arrival => ({
  entityId: owner,
  receivedAtMs,
  segmentId: 's1',
  offset: 0,
  flags: 0,
  ...more,
})
const version = (number: number, ...arrivals: Arrival[]): VersionArrivals => ({ version: number, arrivals })

describe('the order of arrivals', () => {
  it('is time, then segment, then place in the segment', () => {
    const sorted = [
      arrival(1, { segmentId: 'z', offset: 9 }),
      arrival(2, { segmentId: 'a', offset: 1 }),
      arrival(2, { segmentId: 'a', offset: 2 }),
      arrival(2, { segmentId: 'b', offset: 0 }),
    ]
    expect([...sorted].reverse().sort(compareArrivals)).toEqual(sorted)
  })
})

describe('the current version', () => {
  it.each<[string, VersionArrivals[], number]>([
    ['is the only one', [version(7, arrival(1))], 7],
    ['is what the owner sent last', [version(1, arrival(1)), version(2, arrival(2)), version(3, arrival(3))], 3],
    [
      'is not what another entity sent later',
      [version(1, arrival(1)), version(2, arrival(2, { entityId: stranger }))],
      1,
    ],
    [
      'is what the owner sends after another',
      [version(1, arrival(1, { entityId: stranger })), version(2, arrival(2))],
      2,
    ],
    ['is not lossy where lossless was', [version(1, arrival(1)), version(2, arrival(2, { flags: lossy }))], 1],
    ['may be lossless where lossy was', [version(1, arrival(1, { flags: lossy })), version(2, arrival(2))], 2],
    [
      'may be lossy where lossy was',
      [version(1, arrival(1, { flags: lossy })), version(2, arrival(2, { flags: lossy }))],
      2,
    ],
    ['is not migrated where live was', [version(1, arrival(1)), version(2, arrival(2, { flags: campaign }))], 1],
    ['may be live where migrated was', [version(1, arrival(1, { flags: campaign })), version(2, arrival(2))], 2],
    [
      'is live once its bytes also came live',
      [version(1, arrival(1, { flags: campaign }), arrival(2)), version(2, arrival(3, { flags: campaign }))],
      1,
    ],
    [
      'stays live when its bytes come by migration too',
      [version(1, arrival(1), arrival(2, { flags: campaign })), version(2, arrival(3, { flags: campaign }))],
      1,
    ],
    [
      'may be migrated where migrated was',
      [version(1, arrival(1, { flags: campaign })), version(2, arrival(2, { flags: campaign }))],
      2,
    ],
    [
      'stays where the owner keeps the first',
      [version(1, arrival(1)), version(2, arrival(2, { flags: keepFirst }))],
      1,
    ],
    ['does not go back when old bytes come again', [version(1, arrival(1), arrival(3)), version(2, arrival(2))], 2],
    [
      'is what another sent first and the owner confirms last',
      [version(1, arrival(1)), version(2, arrival(2, { entityId: stranger }), arrival(3))],
      2,
    ],
  ])('%s', (_, versions, expected) => {
    expect(currentVersion(versions, owner)).toBe(expected)
  })

  it('is the same in whatever order versions and arrivals are given', () => {
    const arrivals = fc.array(
      fc.record({
        entityId: fc.constantFrom(owner, stranger),
        receivedAtMs: fc.nat(3),
        segmentId: fc.constantFrom('a', 'b'),
        offset: fc.nat(1000),
        flags: fc.nat(7),
      }),
      { minLength: 1, maxLength: 4 },
    )
    const versions = fc.array(arrivals, { minLength: 1, maxLength: 4 }).map((list) => {
      // No two arrivals lie in one place.
      let offset = 0
      return list.map((some, index) => version(index, ...some.map((one) => ({ ...one, offset: offset++ }))))
    })
    fc.assert(
      fc.property(versions, (list) => {
        const turned = [...list].reverse().map((one) => version(one.version, ...[...one.arrivals].reverse()))
        expect(currentVersion(turned, owner)).toBe(currentVersion(list, owner))
      }),
    )
  })
})

it('of no version at all is a mistake of the caller', () => {
  expect(() => currentVersion([], owner)).toThrow('at least one version')
})
