import type { Sql } from '@vna/database'

/** Which of these pack keys have no row: packs in the object store that the catalog lost, or never had. */
export async function findUnknownPacks(sql: Sql, packKeys: readonly string[]): Promise<readonly string[]> {
  if (packKeys.length === 0) return []
  const parts = packKeys.map((key) => {
    const slash = key.lastIndexOf('/')
    return { key, folder: key.slice(0, slash + 1), segment: key.slice(slash + 1).replace(/\.tar$/, '') }
  })
  const rows = await sql<{ key: string }[]>`
    select r.key
    from json_to_recordset(${JSON.stringify(parts)}::text::json) as r (key text, folder text, segment text)
    where not exists (
      select from packs k join pack_folders f on f.id = k.folder_id
      where k.segment_id = r.segment and f.path = r.folder)
    order by r.key`
  return rows.map(({ key }) => key)
}
