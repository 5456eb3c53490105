import { describe, expect, it } from 'vitest'
import { retrieveSamples } from './measure-loads.ts'
import { abbaOrder, loadRatios, quartilesOf, type Sample } from './pairs.ts'
import { ratioTableOf } from './ratio-table.ts'

describe('the order of runs', () => {
  it('is ABBA, so that each side is first equally often and neither has all of the late runs', () => {
    expect(abbaOrder(4).flat()).toEqual(['before', 'now', 'now', 'before', 'before', 'now', 'now', 'before'])
    expect(abbaOrder(3).flat()).toEqual(['before', 'now', 'now', 'before', 'before', 'now'])
  })

  it('cancels a machine that slows down steadily', () => {
    const placeOf = (side: string): number =>
      abbaOrder(6)
        .flat()
        .reduce((sum, turn, place) => sum + (turn === side ? place : 0), 0)
    expect(placeOf('before')).toBe(placeOf('now'))
  })
})

const sample = (rate: number, cpuSecondsPer1000: number, othersCpuCores = 0): Sample => ({
  load: 'ct',
  rate,
  rateUnit: 'inst/s',
  cpuSecondsPer1000,
  othersCpuCores,
})
const pairOf = (before: Sample, now: Sample) => ({ before: [before], now: [now] })

describe('ratios', () => {
  it('has quartiles interpolated between neighbours, whatever the order', () => {
    expect(quartilesOf([4, 1, 3, 2])).toEqual({ median: 2.5, q1: 1.75, q3: 3.25 })
    expect(quartilesOf([7])).toEqual({ median: 7, q1: 7, q3: 7 })
  })

  it('divides within a pair, so that what changes from pair to pair does not count', () => {
    const pairs = [
      pairOf(sample(100, 2), sample(90, 2.2)),
      pairOf(sample(400, 1), sample(360, 1.1, 0.9)),
      pairOf(sample(50, 4), sample(45, 4.4)),
    ]
    expect(loadRatios(pairs)).toEqual([
      {
        load: 'ct',
        rateUnit: 'inst/s',
        pairs: 3,
        quietPairs: 2,
        rate: { before: 100, now: 90 },
        cpuSecondsPer1000: { before: 2, now: 2.2 },
        rateRatio: { median: 0.9, q1: 0.9, q3: 0.9 },
        cpuRatio: { median: 1.1, q1: 1.1, q3: 1.1 },
        isAsFast: false,
        isAsFrugal: false,
      },
    ])
  })

  it.each([
    ['reaches', [0.9, 0.95, 0.97, 0.97], true],
    ['does not reach', [0.9, 0.95, 0.96, 0.97], false],
  ])('is as fast where the interquartile range %s 0.97', (_, rates, isAsFast) => {
    const pairs = rates.map((rate) => pairOf(sample(1, 1), sample(rate, 1.05)))
    expect(loadRatios(pairs)[0]).toMatchObject({ isAsFast, isAsFrugal: true })
  })

  it('keeps loads apart, and needs no CPU where none was measured', () => {
    const rateOnly = { load: 'metadata', rate: 10, rateUnit: 'requests/s', othersCpuCores: 0 }
    const [ct, metadata] = loadRatios([{ before: [sample(2, 1), rateOnly], now: [sample(2, 1), rateOnly] }])
    expect(ct?.cpuRatio?.median).toBe(1)
    expect(metadata?.rateRatio.median).toBe(1)
    expect(metadata).not.toHaveProperty('cpuRatio')
    expect(ratioTableOf([metadata!])).toMatch(
      /^metadata +1 +1 +requests\/s +10 +10 +1\.000 \(1\.000-1\.000\) +as fast$/m,
    )
  })

  it('counts CPU of retrieving for 1,000 instances', () => {
    const figures = {
      'study x1 MB/s': 500,
      'study x1 CPU s/GB': 2,
      'study x4 MB/s': 900,
      'study x4 CPU s/GB': 1,
      'instance c8 rps': 1000,
      'instance CPU ms': 0.7,
      'frame c8 rps': 1500,
      'frame CPU ms': 0.5,
      'metadata repeated ms': 20,
    }
    const samples = retrieveSamples(figures, { bytes: 600e6, instances: 1200 })
    expect(samples.map(({ load, rate, cpuSecondsPer1000 }) => [load, rate, cpuSecondsPer1000])).toEqual([
      ['study x1', 500, 1],
      ['study x4', 900, 0.5],
      ['instance', 1000, 0.7],
      ['frame', 1500, 0.5],
      ['metadata', 50, undefined],
    ])
  })
})
