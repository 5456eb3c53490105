import { codiceFiscaleIssuer, type Predicate } from '@vna/catalog'
import type { Principal } from './principal.ts'

export type Action =
  | { readonly kind: 'search' }
  | { readonly kind: 'retrieve'; readonly view?: 'current' | 'as-received' | undefined }
  | { readonly kind: 'store' }
  /** Hide studies and reports, and show them again. */
  | { readonly kind: 'set-visibility' }
  /** Look at transmissions, queues, quarantine, metrics. */
  | { readonly kind: 'operate' }
  /** Change entities, tokens, quarantine. */
  | { readonly kind: 'administer' }

export type Decision =
  | { readonly allow: true; readonly predicate: Predicate }
  | { readonly allow: false; readonly reason: DenialReason }

export type DenialReason =
  | 'consent-unknown'
  | 'purpose-missing'
  | 'role-may-not-read'
  | 'role-may-not-store'
  | 'role-may-not-operate'
  | 'role-may-not-administer'
  | 'role-may-not-set-visibility'
  | 'view-not-allowed'

/** What a principal may do, and over which studies. Pure: the same question has the same answer. */
export function decide(principal: Principal, action: Action): Decision {
  switch (action.kind) {
    case 'search':
      return decideRead(principal)
    case 'retrieve':
      return decideRetrieve(principal, action.view ?? 'current')
    case 'store':
      return principal.role === 'entity' ? allow(scopeOfEntity(principal)) : deny('role-may-not-store')
    case 'set-visibility':
      return principal.role === 'fse' ? allow({ kind: 'none' }) : deny('role-may-not-set-visibility')
    case 'operate':
      return isStaff(principal) ? allow({ kind: 'none' }) : deny('role-may-not-operate')
    case 'administer':
      return principal.role === 'admin' ? allow({ kind: 'none' }) : deny('role-may-not-administer')
  }
}

function decideRetrieve(principal: Principal, view: 'current' | 'as-received'): Decision {
  const decision = decideRead(principal)
  if (!decision.allow || view === 'current') return decision
  // Bytes as received are for their owner and for verification.
  return principal.role === 'entity' || principal.role === 'admin' ? decision : deny('view-not-allowed')
}

function decideRead(principal: Principal): Decision {
  switch (principal.role) {
    case 'entity':
      return allow(scopeOfEntity(principal))
    case 'fse':
      if (principal.purpose === undefined) return deny('purpose-missing')
      return allow(scopeOfRecord(principal))
    case 'admin':
      return allow({ kind: 'all' })
    case 'operator':
      return deny('role-may-not-read')
    case 'professional':
    case 'citizen':
      // Consultation needs consent, which is not recorded yet.
      return deny('consent-unknown')
  }
}

function scopeOfEntity(principal: Principal): Predicate {
  return principal.entityCode === undefined ? { kind: 'none' } : { kind: 'entity', entityCode: principal.entityCode }
}

/** Who looks into the own record sees what was hidden from everybody else (DPCM 178/2015 art. 8). */
function scopeOfRecord({ patient, purpose }: Principal): Predicate {
  if (patient === undefined) return { kind: 'all' }
  return {
    kind: 'patient',
    identifier: patient,
    issuer: codiceFiscaleIssuer,
    ...(purpose === 'PERSONAL' && { includeHidden: true }),
  }
}

function isStaff(principal: Principal): boolean {
  return principal.role === 'operator' || principal.role === 'admin'
}

function allow(predicate: Predicate): Decision {
  return { allow: true, predicate }
}

function deny(reason: DenialReason): Decision {
  return { allow: false, reason }
}
