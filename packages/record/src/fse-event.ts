/** A decision about the health record, as the ledger keeps it. */
export interface FseEvent {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}
