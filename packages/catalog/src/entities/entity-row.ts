export type EntityKind = 'EEP' | 'EEPA'
export type EntityStatus = 'active' | 'suspended'
export type DuplicatePolicy = 'version' | 'keep-first' | 'refuse'

/** A health entity as the catalog keeps it. */
export interface EntityRow {
  readonly code: string
  readonly kind: EntityKind
  readonly name: string
  readonly status: EntityStatus
  readonly aeTitles: readonly string[]
  /** Called AE titles of this archive that mean this entity. */
  readonly calledAliases: readonly string[]
  readonly hosts: readonly string[]
  readonly port: number | null
  readonly certificateSubjects: readonly string[]
  readonly duplicatePolicy: DuplicatePolicy
  readonly studyStableMs: number | null
  readonly privateSopClasses: readonly string[]
}
