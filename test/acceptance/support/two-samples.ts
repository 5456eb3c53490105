/**
 * Distance of two samples by Kolmogorov and Smirnov: the largest difference between the shares of values up to a point,
 * 0 (alike) to 1 (apart). Two samples of n values of one distribution are further apart than `threshold` once in 1,000 times.
 */
export function kolmogorovSmirnov(left: readonly number[], right: readonly number[]): number {
  const a = left.toSorted((x, y) => x - y)
  const b = right.toSorted((x, y) => x - y)
  let [i, j, distance] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] ?? 0, b[j] ?? 0)
    while (i < a.length && (a[i] ?? 0) <= value) i++
    while (j < b.length && (b[j] ?? 0) <= value) j++
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length))
  }
  return distance
}

/** Critical distance for two samples of n values at a level of 0.001: c(0.001) = 1.949, times the square root of 2/n. */
export const criticalDistance = (n: number): number => 1.949 * Math.sqrt(2 / n)

export function median(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] ?? Number.NaN
}
