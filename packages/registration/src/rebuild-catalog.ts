import type { Database } from '@vna/database'
import { type AppliedLedger, applyLedger, type LedgerTargets } from './ledger.ts'
import { type RegisteredPacks, type RegisterPacksDependencies, registerPacks } from './register-packs.ts'

export interface RebuildDependencies extends Omit<RegisterPacksDependencies, 'catalog' | 'prefixes'>, LedgerTargets {
  readonly database: Pick<Database, 'rebuild'>
  /** All packs where absent. */
  readonly prefix?: string | undefined
  /** Called once when another rebuild has to end first. */
  readonly onWait?: (() => void) | undefined
}

export interface RebuiltCatalog {
  readonly decisions: AppliedLedger
  readonly packs: RegisteredPacks
}

/**
 * Brings back what ledger and packs know and the catalog does not, whether it is empty or only older than they are. First all
 * decisions: who owns what, and what is hidden, must hold before the first row can be found. Throws at a decision that cannot
 * be read, before any pack; a damaged pack is in the result.
 */
export async function rebuildCatalog(dependencies: RebuildDependencies): Promise<RebuiltCatalog> {
  const { database, signal, onWait, prefix = 'packs/' } = dependencies
  return database.rebuild(
    async () => {
      const decisions = await applyLedger(dependencies)
      return { decisions, packs: await registerPacks({ ...dependencies, prefixes: [prefix] }) }
    },
    { signal, onWait },
  )
}
