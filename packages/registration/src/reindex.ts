import { type ObjectStore, parsePackKey } from '@vna/archive'
import { forEachLimited } from '@vna/flow'
import { applyLedger, type LedgerTargets } from './ledger.ts'
import { registerStoredPack } from './register-stored-pack.ts'

export interface ReindexParts extends LedgerTargets {
  readonly store: ObjectStore
  readonly concurrency: number
  onProgress?(done: { readonly packs: number }): void
}

export interface ReindexResult {
  readonly decisions: number
  /** Of the ledger, but of no kind that is known. */
  readonly skippedDecisions: number
  readonly packs: number
  readonly alreadyRegistered: number
}

/** Rebuilds the catalog: first the decisions of the ledger, then every pack. Packs already registered are passed by. */
export async function reindex(parts: ReindexParts): Promise<ReindexResult> {
  const { applied, skipped } = await applyLedger(parts)
  const counts = { decisions: applied, skippedDecisions: skipped, packs: 0, alreadyRegistered: 0 }
  await forEachLimited(packKeys(parts.store), parts.concurrency, async (packKey) => {
    const { alreadyRegistered } = await registerStoredPack(parts, packKey)
    counts.packs++
    if (alreadyRegistered) counts.alreadyRegistered++
    parts.onProgress?.(counts)
  })
  return counts
}

async function* packKeys(store: ObjectStore): AsyncGenerator<string> {
  for await (const { key } of store.list('packs/')) {
    if (parsePackKey(key) !== undefined) yield key
  }
}
