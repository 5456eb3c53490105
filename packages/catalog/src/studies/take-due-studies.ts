import type { Sql } from '@vna/database'
import { runTransaction } from '@vna/database'

export interface StableStudy {
  readonly studyInstanceUid: string
  readonly revision: number
}

/**
 * Marks the studies whose quiet time is over as stable and due for publication, and returns them. Takes the study rows first, as a registration
 * does, and leaves alone those somebody is registering into; the delete looks again, because the time may have moved
 * while the row was being taken.
 */
export async function takeDueStudies(sql: Sql, limit: number): Promise<readonly StableStudy[]> {
  return runTransaction(sql, async (tx) => {
    const locked = await tx<{ id: number }[]>`
      select s.id from studies s join due_studies d on d.study_id = s.id
      where d.stable_at <= clock_timestamp()
      order by d.stable_at limit ${limit}::int
      for update of s skip locked`
    if (locked.length === 0) return []
    const ids = JSON.stringify(locked.map(({ id }) => id))
    return tx<StableStudy[]>`
      with due as (
        delete from due_studies
        where study_id in (select value::bigint from jsonb_array_elements_text(${ids}::text::jsonb))
          and stable_at <= clock_timestamp()
        returning study_id),
      stable as (
        update studies s set state = 1 from due where s.id = due.study_id
        returning s.study_instance_uid, s.revision),
      published as (
        insert into publications as p (study_instance_uid, due_at, dirty_since, state)
        select study_instance_uid, clock_timestamp(), clock_timestamp(), 'PENDING' from stable
        order by study_instance_uid
        on conflict (study_instance_uid) do update
          set due_at = excluded.due_at, dirty_since = coalesce(p.dirty_since, excluded.dirty_since))
      select study_instance_uid as "studyInstanceUid", revision from stable`
  })
}
