import type { Predicate } from '@vna/catalog'
import { codiceFiscaleIssuer } from '@vna/identifiers'
import type { Action, ActionKind } from './action.ts'
import { type Caller, type CallerRole, entityCodeOf, roleOf } from './caller.ts'
import type { DenialReason } from './denial-reason.ts'
import { mayNamePatient } from './principal.ts'

export type Decision =
  | {
      readonly allow: true
      /** Over which studies and reports, read or changed: what is outside is answered like what is absent. */
      readonly predicate: Predicate
      /** Told of links that nobody confirmed yet, too: for those who decide about them. */
      readonly seesDoubtfulLinks?: true
    }
  | { readonly allow: false; readonly reason: DenialReason }

/** The columns of the table: every action, and the one view that is a right of its own. */
type Column = ActionKind | 'retrieve-as-received'
type Rule = (caller: Caller, column: Column) => Decision

/**
 * What a caller may do, and over which studies and reports: purpose and patient of a token count for what it reads and for
 * what it changes. Pure: the same question has the same answer.
 */
export function decide(caller: Caller, action: Action): Decision {
  const column = columnOf(action)
  const role = roleOf(caller)
  if (caller.kind === 'token' && !mayNamePatient(caller.principal)) return deny('role-has-no-patient')
  if (caller.kind === 'token' && caller.isEntityActive === false) return deny('entity-not-active')
  const rule = rules[role][column]
  if (rule !== undefined) return rule(caller, column)
  const isNamed = role !== 'nobody' && role !== 'known-host'
  return deny(isNamed ? refusals[column] : unknownReasonOf(caller))
}

/** Consultation needs consent, which is not recorded yet. */
const untilConsent = () => deny('consent-unknown')
const readsUntilConsent = {
  search: untilConsent,
  retrieve: untilConsent,
  'retrieve-as-received': untilConsent,
  'search-reports': untilConsent,
  describe: nothing,
} as const

/** All rules of the archive: what is not in the row of a role is refused. A new role is a row. */
const rules: Readonly<Record<CallerRole, Readonly<Partial<Record<Column, Rule>>>>> = {
  entity: {
    search: ownStudies,
    retrieve: ownStudies,
    'retrieve-as-received': ownStudies,
    'search-reports': withDoubtfulLinks(ownStudies),
    'decide-links': withDoubtfulLinks(asEntity),
    'count-unresolved': asEntity,
    store: asActiveEntity,
    'store-report': withDoubtfulLinks(asEntity),
    'store-order': asEntity,
    'announce-patients': asEntity,
    describe: nothing,
    associate: nothing,
  },
  fse: {
    search: ofRecord,
    retrieve: ofRecord,
    'retrieve-as-received': (caller, column) => {
      const decision = ofRecord(caller, column)
      return decision.allow ? deny('view-not-allowed') : decision
    },
    'search-reports': ofRecord,
    'store-report': ofRecord,
    'set-visibility': hiddenToo(ofRecord),
    describe: nothing,
  },
  professional: readsUntilConsent,
  citizen: readsUntilConsent,
  operator: {
    // States and identifiers of reports, never documents.
    'search-reports': withDoubtfulLinks(everything),
    'decide-links': withDoubtfulLinks(everything),
    'count-unresolved': everything,
    operate: nothing,
    describe: nothing,
  },
  admin: {
    search: everything,
    retrieve: everything,
    'retrieve-as-received': everything,
    'search-reports': withDoubtfulLinks(everything),
    'decide-links': withDoubtfulLinks(everything),
    'count-unresolved': everything,
    operate: nothing,
    administer: nothing,
    describe: nothing,
  },
  // Of a machine that speaks for no entity: its connection is taken, and each message refused.
  'known-host': {
    associate: nothing,
  },
  nobody: {},
}

/** Why not, where the row of a role says nothing of it. */
const refusals: Readonly<Record<Column, DenialReason>> = {
  search: 'role-may-not-read',
  retrieve: 'role-may-not-read',
  'retrieve-as-received': 'role-may-not-read',
  'search-reports': 'role-may-not-read',
  'decide-links': 'role-may-not-operate',
  'count-unresolved': 'role-may-not-operate',
  store: 'role-may-not-store',
  'store-report': 'role-may-not-store',
  'store-order': 'role-may-not-store',
  'announce-patients': 'role-may-not-store',
  'set-visibility': 'role-may-not-set-visibility',
  operate: 'role-may-not-operate',
  administer: 'role-may-not-administer',
  describe: 'role-may-not-read',
  associate: 'role-may-not-associate',
}

function columnOf(action: Action): Column {
  return action.kind === 'retrieve' && action.view === 'as-received' ? 'retrieve-as-received' : action.kind
}

function unknownReasonOf(caller: Caller): DenialReason {
  return (caller.kind === 'association' ? caller.unknownBecause : undefined) ?? 'caller-unknown'
}

/** Of a caller without a code: none. */
function ownStudies(caller: Caller): Decision {
  const entityCode = entityCodeOf(caller)
  return allow(entityCode === undefined ? { kind: 'none' } : { kind: 'entity', entityCode })
}

/** In the name of an entity, so there must be one. */
function asEntity(caller: Caller, column: Column): Decision {
  return entityCodeOf(caller) === undefined ? deny(refusals[column]) : ownStudies(caller)
}

function asActiveEntity(caller: Caller, column: Column): Decision {
  return caller.isEntityActive !== false ? asEntity(caller, column) : deny('entity-not-active')
}

/** Who looks into the own record sees what was hidden from everybody else (DPCM 178/2015 art. 8). */
function ofRecord(caller: Caller, column: Column): Decision {
  if (caller.kind !== 'token') return deny(refusals[column])
  const { patient, purpose } = caller.principal
  if (purpose === undefined) return deny('purpose-missing')
  if (patient === undefined) return everything()
  return allow({
    kind: 'patient',
    identifier: patient,
    issuer: codiceFiscaleIssuer,
    ...(purpose === 'PERSONAL' && { includeHidden: true }),
  })
}

/** All but what is hidden. */
function everything(): Decision {
  return allow({ kind: 'all' })
}

/** The action itself, which is about no study. */
function nothing(): Decision {
  return allow({ kind: 'none' })
}

/** Who hides must also find what is hidden, to show it again. */
function hiddenToo(rule: Rule): Rule {
  return (caller, column) => {
    const decision = rule(caller, column)
    const { kind } = decision.allow ? decision.predicate : { kind: 'none' }
    if (!decision.allow || (kind !== 'all' && kind !== 'patient')) return decision
    return { ...decision, predicate: { ...decision.predicate, includeHidden: true } as Predicate }
  }
}

function withDoubtfulLinks(rule: Rule): Rule {
  return (caller, column) => {
    const decision = rule(caller, column)
    return decision.allow ? { ...decision, seesDoubtfulLinks: true } : decision
  }
}

function allow(predicate: Predicate): Decision {
  return { allow: true, predicate }
}

function deny(reason: DenialReason): Decision {
  return { allow: false, reason }
}
