import type { Sql } from '@vna/database'
import { setVisibility } from './set-visibility.ts'
import type { VisibilityDecision } from './visibility.ts'

export interface VisibilityCatalog {
  /**
   * Shows or hides a study or a report, in one transaction with its event; true when the decision is a new one. Of what has
   * not come yet the decision waits for it.
   */
  set(decision: VisibilityDecision): Promise<boolean>
}

export function visibilityMethods(sql: Sql): VisibilityCatalog {
  return { set: (decision) => setVisibility(sql, decision) }
}
