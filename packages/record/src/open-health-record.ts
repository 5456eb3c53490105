import type { Database } from '@vna/database'
import type { LedgerEvent } from '@vna/ledger-events'
import { applyFseEvent } from './fse-events.ts'
import { type IdentityCatalog, identityMethods } from './identity/identity-methods.ts'
import { type PublicationCatalog, publicationMethods } from './publications/publication-catalog.ts'
import { type ReportCatalog, reportMethods } from './reports/report-methods.ts'
import { type VisibilityCatalog, visibilityMethods } from './visibility/visibility-methods.ts'

/** The health record's rows: who is who, reports and their links, what is published, what is hidden. */
export interface HealthRecord {
  readonly identity: IdentityCatalog
  readonly reports: ReportCatalog
  readonly publications: PublicationCatalog
  readonly visibility: VisibilityCatalog
  /** Applies a decision of the ledger about the health record again; false when it is none that is known. */
  applyFseEvent(event: LedgerEvent): Promise<boolean>
}

export function openHealthRecord({ sql }: Database): HealthRecord {
  return {
    identity: identityMethods(sql),
    reports: reportMethods(sql),
    publications: publicationMethods(sql),
    visibility: visibilityMethods(sql),
    applyFseEvent: (event) => applyFseEvent(sql, event),
  }
}
