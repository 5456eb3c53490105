import type { Transaction } from '@vna/database'

/** What of a shared study its holders' rows do not say. */
export async function updateSharedStudy(
  tx: Transaction,
  study: { readonly id: number; readonly revision: number; readonly state: number; readonly lastReceivedAtMs: number },
): Promise<void> {
  await tx`
    update studies set revision = ${study.revision}::int, state = ${study.state}::smallint,
      last_received_at = greatest(last_received_at, ${new Date(study.lastReceivedAtMs)})
    where id = ${study.id}::bigint`
}
