import type { Sql, Transaction } from '../connect.ts'

export async function markEventsShipped(sql: Sql | Transaction, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return
  await sql`
    update events set shipped_at = now()
    where seq in (select value::bigint from jsonb_array_elements_text(${JSON.stringify(seqs)}::text::jsonb))
      and shipped_at is null`
}
