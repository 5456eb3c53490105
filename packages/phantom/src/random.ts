import { createHash } from 'node:crypto'

/** A deterministic source of numbers: the same seed gives the same sequence on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** Whole number, both ends included. */
  integer(from: number, to: number): number
  pick<T>(list: readonly T[]): T
  /** Mean 0, standard deviation 1. */
  normal(): number
}

/** sfc32 (PractRand), seeded by the SHA-256 of the text, so that near seeds give unrelated sequences. */
export function createRandom(seed: string): Random {
  const digest = createHash('sha256').update(seed).digest()
  let a = digest.readUInt32LE(0)
  let b = digest.readUInt32LE(4)
  let c = digest.readUInt32LE(8)
  let counter = 1
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4_294_967_296
  }
  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    integer,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError('pick from an empty list')
      return list[integer(0, list.length - 1)] as T
    },
    // Irwin-Hall with 6 terms: cheap, and tails do not matter for noise and heights.
    normal: () => (next() + next() + next() + next() + next() + next() - 3) * Math.SQRT2,
  }
}
