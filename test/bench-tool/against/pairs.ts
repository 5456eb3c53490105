import { quantile, rounded } from '../stats.ts'

/** Fewer tell broken from good, not more. */
export const defaultPairs = 6

export type Side = 'before' | 'now'

/**
 * Which side is measured when, a pair a row: AB, BA, AB, … so that neither is always the first, and a machine that gets
 * slower or faster meanwhile touches both alike.
 */
export function abbaOrder(pairs: number): readonly (readonly [Side, Side])[] {
  return Array.from({ length: pairs }, (_, pair) => (pair % 2 === 0 ? ['before', 'now'] : ['now', 'before']))
}

/** What one run of one side says of one load. */
export interface Sample {
  readonly load: string
  /** Instances, requests or megabytes a second, as `rateUnit` says. */
  readonly rate: number
  readonly rateUnit: string
  /** CPU of the whole server for 1,000 instances or requests, where it was measured. */
  readonly cpuSecondsPer1000?: number
  readonly othersCpuCores: number
}

export type Pair = Readonly<Record<Side, readonly Sample[]>>

export interface Quartiles {
  readonly median: number
  readonly q1: number
  readonly q3: number
}

export interface LoadRatio {
  readonly load: string
  readonly rateUnit: string
  readonly pairs: number
  /** Pairs in which nobody else kept more than a quarter of a core busy. */
  readonly quietPairs: number
  /** Medians of each side. */
  readonly rate: Readonly<Record<Side, number>>
  readonly cpuSecondsPer1000?: Readonly<Record<Side, number>>
  /** Now divided by before, pair by pair: above 1 is faster. */
  readonly rateRatio: Quartiles
  /** Now divided by before, pair by pair: above 1 is more CPU. */
  readonly cpuRatio?: Quartiles
  readonly isAsFast: boolean
  readonly isAsFrugal: boolean
}

/** The rate ratio's interquartile range reaches this where nothing got slower. */
const leastRateRatio = 0.97
/** CPU seconds per 1,000 stay within 5 % where nothing got dearer. */
const mostCpuRatio = 1.05
const quietCpuCores = 0.25

export function quartilesOf(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: quantile(sorted, 0.5), q1: quantile(sorted, 0.25), q3: quantile(sorted, 0.75) }
}

/** The loads in the order in which the first pair measured them. */
export function loadRatios(pairs: readonly Pair[]): readonly LoadRatio[] {
  const loads = [...new Set(pairs.flatMap((pair) => pair.now.map((sample) => sample.load)))]
  return loads.flatMap((load) => {
    const both = pairs.flatMap((pair) => {
      const before = pair.before.find((sample) => sample.load === load)
      const now = pair.now.find((sample) => sample.load === load)
      return before === undefined || now === undefined ? [] : [{ before, now }]
    })
    return both.length === 0 ? [] : [ratioOf(load, both)]
  })
}

function ratioOf(load: string, pairs: readonly { readonly before: Sample; readonly now: Sample }[]): LoadRatio {
  const medianOf = (side: Side, pick: (sample: Sample) => number): number =>
    quartilesOf(pairs.map((pair) => pick(pair[side]))).median
  const bothOf = (pick: (sample: Sample) => number) => ({
    before: rounded(medianOf('before', pick)),
    now: rounded(medianOf('now', pick)),
  })
  const ratios = (pick: (sample: Sample) => number) =>
    quartilesOf(pairs.map(({ before, now }) => pick(now) / pick(before)))
  const cpuOf = (sample: Sample): number => sample.cpuSecondsPer1000 ?? Number.NaN
  const hasCpu = pairs.every(({ before, now }) => Number.isFinite(cpuOf(before)) && Number.isFinite(cpuOf(now)))
  const rateRatio = ratios((sample) => sample.rate)
  const cpuRatio = hasCpu ? ratios(cpuOf) : undefined
  return {
    load,
    rateUnit: pairs[0]?.now.rateUnit ?? '',
    pairs: pairs.length,
    quietPairs: pairs.filter(({ before, now }) => Math.max(before.othersCpuCores, now.othersCpuCores) <= quietCpuCores)
      .length,
    rate: bothOf((sample) => sample.rate),
    ...(hasCpu && { cpuSecondsPer1000: bothOf(cpuOf) }),
    rateRatio: roundedQuartiles(rateRatio),
    ...(cpuRatio !== undefined && { cpuRatio: roundedQuartiles(cpuRatio) }),
    isAsFast: rateRatio.q3 >= leastRateRatio,
    isAsFrugal: cpuRatio === undefined || cpuRatio.median <= mostCpuRatio,
  }
}

/** Thousandths: the limits are hundredths. */
function roundedQuartiles({ median, q1, q3 }: Quartiles): Quartiles {
  const thousandths = (value: number): number => Math.round(value * 1000) / 1000
  return { median: thousandths(median), q1: thousandths(q1), q3: thousandths(q3) }
}
