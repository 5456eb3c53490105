/** What a decision is about: a study by its Study Instance UID, a report by its id. */
export type VisibilityKind = 'study' | 'report'
export type Visibility = 'normal' | 'hidden'

/** As in the columns `visibility`. */
export const visibilityNumbers: Readonly<Record<Visibility, number>> = { normal: 0, hidden: 1 }

export interface VisibilityDecision {
  readonly kind: VisibilityKind
  readonly id: string
  readonly visibility: Visibility
  /** Subject of the token that decided. */
  readonly by: string
}
