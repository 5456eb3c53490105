import type { Sql } from '@vna/database'

/** Notes that a pack was read back and its digest matched; false when there is no such pack. */
export async function markPackVerified(sql: Sql, packKey: string): Promise<boolean> {
  const slash = packKey.lastIndexOf('/')
  const result = await sql`
    update packs k set verified_at = now() from pack_folders f
    where f.id = k.folder_id and f.path = ${packKey.slice(0, slash + 1)}
      and k.segment_id = ${packKey.slice(slash + 1).replace(/\.tar$/, '')}`
  return result.count > 0
}
