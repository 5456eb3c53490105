import type { SqlText } from './sql-text.ts'

/**
 * Which studies a caller may see. Hidden (darkened) studies are left out as if absent, unless the predicate includes them;
 * an entity sees its own hidden studies as their originating controller.
 */
export type Predicate =
  | { readonly kind: 'all'; readonly includeHidden?: boolean | undefined }
  | { readonly kind: 'none' }
  | { readonly kind: 'entity'; readonly entityCode: string }
  | {
      readonly kind: 'patient'
      readonly identifier: string
      /** Domain of the identifier as in `patients.issuer`. */
      readonly issuer: string
      readonly includeHidden?: boolean | undefined
    }
  | { readonly kind: 'all-of'; readonly predicates: readonly Predicate[] }
  | { readonly kind: 'any-of'; readonly predicates: readonly Predicate[] }

/** A predicate as SQL over the aliases s (studies), e (series) and i (instances). */
export interface Scope {
  /** Condition on `s`. */
  readonly study: string
  /** Condition on an instance row of such a study; absent where the whole study is visible. */
  readonly instance?: (alias: string) => string
}

export function compilePredicate(predicate: Predicate, text: SqlText): Scope {
  switch (predicate.kind) {
    case 'all':
      return { study: predicate.includeHidden === true ? 'true' : 's.visibility = 0' }
    case 'none':
      return { study: 'false' }
    case 'entity':
      return entityScope(predicate.entityCode, text)
    case 'patient':
      return patientScope(predicate, text)
    case 'all-of':
      return combine(predicate.predicates, ' and ', text)
    case 'any-of':
      return combine(predicate.predicates, ' or ', text)
  }
}

/**
 * An entity sees the studies it sent. Where others sent instances of the same study too, it sees only its own: neither a
 * count nor a list may tell that somebody else holds more.
 */
function entityScope(entityCode: string, text: SqlText): Scope {
  const entity = `(select id from entities where code = ${text.param(entityCode)})`
  return {
    study:
      `((s.owner_entity_id = ${entity} or s.several_holders and exists (` +
      `select from holders h where h.study_id = s.id and h.entity_id = ${entity}))` +
      ` and (s.visibility = 0 or s.owner_entity_id = ${entity}))`,
    instance: (alias) =>
      `(${alias}.entity_id = ${entity} or exists (select from instance_copies c where c.study_id = ${alias}.study_id` +
      ` and c.sop_hash = ${alias}.sop_hash and c.version = ${alias}.version and c.entity_id = ${entity}))`,
  }
}

/** By a union of keys, because an OR of two conditions would read every study. */
function patientScope(predicate: Extract<Predicate, { kind: 'patient' }>, text: SqlText): Scope {
  const identifier = text.param(predicate.identifier)
  const issuer = `(select id from issuers where value = ${text.param(predicate.issuer)})`
  const studies =
    's.id in (select ps.id from patients pp join studies ps on ps.patient_id = pp.id' +
    ` where pp.identifier = ${identifier} and pp.issuer_id = ${issuer}` +
    ' union select pi.study_id from patient_identifiers pi' +
    ` where pi.identifier = ${identifier} and pi.issuer_id = ${issuer})`
  return { study: predicate.includeHidden === true ? studies : `(${studies} and s.visibility = 0)` }
}

function combine(predicates: readonly Predicate[], operator: ' and ' | ' or ', text: SqlText): Scope {
  // Nothing to satisfy is everything for AND and nothing for OR; a caller that built an empty rule gets nothing in both.
  if (predicates.length === 0) return { study: 'false' }
  const scopes = predicates.map((inner) => compilePredicate(inner, text))
  const study = `(${scopes.map((scope) => scope.study).join(operator)})`
  if (scopes.every((scope) => scope.instance === undefined)) return { study }
  return {
    study,
    instance: (alias) =>
      `(${scopes
        .map((scope) => (scope.instance === undefined ? scope.study : `(${scope.study} and ${scope.instance(alias)})`))
        .join(operator)})`,
  }
}

/** Condition that `i` is the version a caller sees: the current one, or of a shared study the last one it sent itself. */
export function shownInstance(scope: Scope): string {
  if (scope.instance === undefined) return 'i.current'
  return (
    '(case when s.several_holders then i.version = (select j.version from instances j' +
    ' where j.study_id = i.study_id and j.sop_hash = i.sop_hash and j.sop_instance_uid = i.sop_instance_uid' +
    ` and ${scope.instance('j')}` +
    ' order by j.current desc, j.received_at desc, j.offset_blocks desc, j.sha256 limit 1) else i.current end)'
  )
}

/** Condition that a caller may see the version `i` at all. */
export function anyInstance(scope: Scope): string {
  return scope.instance === undefined ? 'true' : `(not s.several_holders or ${scope.instance('i')})`
}
