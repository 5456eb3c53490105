import type { Transaction } from '../database/open-database.ts'

export interface HeaderVariant {
  /** 0 for the header of the study itself. */
  readonly seriesId: number
  readonly no: number
  readonly header: unknown
}

export async function findHeaderVariants(tx: Transaction, studyInstanceUid: string): Promise<readonly HeaderVariant[]> {
  return tx<HeaderVariant[]>`
    select v.series_id as "seriesId", v.no, v.header
    from studies s join header_variants v on v.study_id = s.id
    where md5(s.study_instance_uid)::uuid = md5(${studyInstanceUid})::uuid`
}
