import type { Match } from './match.ts'

export type QueryLevel = 'patient' | 'study' | 'series' | 'instance'

export interface QueryKey {
  readonly tag: number
  readonly keyword: string
  readonly vr: string
  readonly match: Match
  /** Tags of the sequences around the attribute, outermost first. */
  readonly path?: readonly number[]
}

/** One question of QIDO-RS or C-FIND, as the catalog answers it. */
export interface Query {
  readonly level: QueryLevel
  readonly keys: readonly QueryKey[]
  readonly includeFields: readonly number[] | 'all'
  readonly limit?: number
  readonly offset: number
  readonly fuzzy: boolean
}
