import type { AuditAction } from './audit-trail.ts'

/** What somebody wants to do. One row per kind in `auditActions`, one column in the table of `decide`. */
export type Action = { readonly kind: Exclude<ActionKind, 'retrieve'> } | RetrieveAction

export interface RetrieveAction {
  readonly kind: 'retrieve'
  /** The bytes as they came are for their owner and for verification. */
  readonly view?: 'current' | 'as-received' | undefined
}

export const actionKinds = [
  /** Find studies, manifests. */
  'search',
  /** Fetch instances, documents. */
  'retrieve',
  /** Find reports and their links. */
  'search-reports',
  /** Look at doubtful links, accept, refuse, unlink; withdraw a report. */
  'decide-links',
  /** How many studies wait for an identity. */
  'count-unresolved',
  /** Send instances. */
  'store',
  /** Send a report. */
  'store-report',
  /** Announce an order. */
  'store-order',
  /** Say which identifiers stand for one person. */
  'announce-patients',
  /** Hide studies and reports, and show them again. */
  'set-visibility',
  /** Look at transmissions, queues, publications, quarantine, identities, metrics. */
  'operate',
  /** Change entities, tokens, quarantine. */
  'administer',
  /** Ask what the archive can do (CapabilityStatement). */
  'describe',
  /** Open an association, and see that it is answered (C-ECHO). */
  'associate',
] as const

export type ActionKind = (typeof actionKinds)[number]

/** The word of each action in the audit trail. */
export const auditActions: Readonly<Record<ActionKind, AuditAction>> = {
  search: 'search',
  retrieve: 'retrieve',
  'search-reports': 'search',
  'decide-links': 'operate',
  'count-unresolved': 'operate',
  store: 'store',
  'store-report': 'store',
  'store-order': 'store',
  'announce-patients': 'store',
  'set-visibility': 'set-visibility',
  operate: 'operate',
  administer: 'administer',
  describe: 'describe',
  associate: 'sign-in',
}
