import type { Sql } from '@vna/database'

export interface KnownPack {
  readonly packKey: string
  readonly sizeBytes: number
  readonly digest: Uint8Array
  readonly verifiedAt: Date | null
}

/** The packs below a prefix that ends in `/`, such as `packs/2026/11/24/`. */
export async function listKnownPacks(sql: Sql, prefix: string): Promise<readonly KnownPack[]> {
  return sql<KnownPack[]>`
    select f.path || k.segment_id || '.tar' as "packKey", k.size_bytes as "sizeBytes", k.digest,
      k.verified_at as "verifiedAt"
    from packs k join pack_folders f on f.id = k.folder_id
    where starts_with(f.path, ${prefix}) and k.replaced_at is null
    order by f.path, k.segment_id`
}
