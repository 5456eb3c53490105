import { createHash } from 'node:crypto'
import { canonicalJson } from '../header/canonical-json.ts'

export interface AuditEntry {
  readonly at: Date
  /** Subject of the token, AE title or operator. */
  readonly actor: string
  readonly role: string
  readonly purpose?: string | undefined
  readonly action: string
  readonly outcome: string
  /** UIDs and identifiers of what was touched. */
  readonly object: Readonly<Record<string, unknown>>
}

/** Where a chain ends: number and hash of its last entry. */
export interface AuditEnd {
  readonly seq: number
  readonly hash: Uint8Array
}

export interface AuditRow extends AuditEntry {
  readonly seq: number
  readonly hash: Uint8Array
}

/** Before the first entry. */
export const auditGenesis: Uint8Array = new Uint8Array(32)

/** SHA-256 over the hash before and the entry with its number: none can be changed, dropped or moved unnoticed. */
export function auditHash(previous: Uint8Array, seq: number, entry: AuditEntry): Uint8Array {
  const text = canonicalJson({
    seq,
    at: entry.at.toISOString(),
    actor: entry.actor,
    role: entry.role,
    purpose: entry.purpose ?? null,
    action: entry.action,
    outcome: entry.outcome,
    object: entry.object,
  })
  return createHash('sha256').update(previous).update(text).digest()
}
