import type { Transaction } from '@vna/database'
import type { RegisterPackInput } from '../register/register-pack-input.ts'

/** Inserts the row of a pack; `undefined` when the segment was registered before. */
export async function insertPack(tx: Transaction, input: RegisterPackInput): Promise<number | undefined> {
  const [row] = await tx<{ id: number }[]>`
    insert into packs (size_bytes, sealed_at, verified_at, folder_id, journal_id, number_of_instances, segment_id, digest,
      sha256)
    select ${input.sizeBytes}::bigint, ${iso(input.sealedAt)}::timestamptz, ${isoOrNull(input.verifiedAt)}::timestamptz,
      f.id, j.id, ${input.instances.length}::int, ${input.segmentId}, decode(${hex(input.packDigest)}, 'hex'),
      decode(${input.packSha256 === undefined ? null : hex(input.packSha256)}, 'hex')
    from pack_folders f, journals j
    where f.path = ${folderOf(input)} and j.code = ${input.journalId}
    on conflict (segment_id, journal_id) do nothing
    returning id`
  return row?.id
}

/** `packs/2026/11/24/<journal>/` of a key that ends in `<segment>.tar`. */
export function folderOf(input: Pick<RegisterPackInput, 'packKey' | 'segmentId'>): string {
  return input.packKey.slice(0, input.packKey.length - `${input.segmentId}.tar`.length)
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function iso(value: Date | string): string {
  return new Date(value).toISOString()
}

function isoOrNull(value: Date | string | undefined): string | null {
  return value === undefined ? null : iso(value)
}
