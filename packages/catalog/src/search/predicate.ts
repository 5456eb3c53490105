import type { SqlText } from '@vna/database'

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
      /** Domain of the identifier as in `issuers`. */
      readonly issuer: string
      readonly includeHidden?: boolean | undefined
    }
  | { readonly kind: 'all-of'; readonly predicates: readonly Predicate[] }
  | { readonly kind: 'any-of'; readonly predicates: readonly Predicate[] }

/** What of a study decides who sees it. */
export interface StudyFacts {
  readonly isHidden: boolean
  /** Code of the entity that sent its first instance. */
  readonly owner: string
  /** Codes of the entities that hold it, whoever sent first. */
  readonly holders: readonly string[]
  /** Identifiers it states, and those they resolve to. */
  readonly patients: readonly { readonly identifier: string; readonly issuer: string }[]
}

/** What `compilePredicate` says in SQL; a test holds the two together. Of an entity: whether it sees any of the study. */
export function isVisible(predicate: Predicate, study: StudyFacts): boolean {
  switch (predicate.kind) {
    case 'all':
      return predicate.includeHidden === true || !study.isHidden
    case 'none':
      return false
    case 'entity':
      if (study.owner === predicate.entityCode) return true
      return !study.isHidden && study.holders.includes(predicate.entityCode)
    case 'patient':
      return (
        (predicate.includeHidden === true || !study.isHidden) &&
        study.patients.some((one) => one.identifier === predicate.identifier && one.issuer === predicate.issuer)
      )
    case 'all-of':
      // An empty rule is a mistake, and shows nothing.
      return predicate.predicates.length > 0 && predicate.predicates.every((inner) => isVisible(inner, study))
    case 'any-of':
      return predicate.predicates.some((inner) => isVisible(inner, study))
  }
}

/** A predicate as SQL over the aliases s (studies), e (series) and i (instances). */
export interface Scope {
  /** Condition on `s`. */
  readonly study: string
  /** Absent where a visible study is always visible as a whole. */
  readonly part?: PartOfStudy
}

/** What of a study that several entities sent is seen. */
export interface PartOfStudy {
  /** Condition that the row of an alias is the version to show. */
  readonly shown: (alias: string) => string
  /** Condition that the version of an alias may be seen at all. */
  readonly stored: (alias: string) => string
  /** A select of `series_id`, a row for each shown instance of `s`. */
  readonly view: string
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

/** Condition that `i` is the version a caller sees. */
export function shownInstance(scope: Scope): string {
  return scope.part === undefined ? 'i.current' : scope.part.shown('i')
}

/** Condition that a caller may see the version `i`, current or not. */
export function storedInstance(scope: Scope): string {
  return scope.part === undefined ? 'true' : scope.part.stored('i')
}

/**
 * An entity sees the studies it sent. Where others sent instances of the same study too, it sees only its own: neither a
 * count nor a list may tell that somebody else holds more. Which those are was worked out when they were registered
 * (holder_instances): asking every partition for it in every query took 20 ms of planning.
 */
function entityScope(entityCode: string, text: SqlText): Scope {
  const entity = `(select id from entities where code = ${text.param(entityCode)})`
  const shownRow = (alias: string) =>
    `exists (select from holder_instances v where v.study_id = ${alias}.study_id and v.entity_id = ${entity}` +
    ` and v.sop_hash = ${alias}.sop_hash and v.version = ${alias}.version)`
  const copyRow = (alias: string) =>
    `exists (select from instance_copies c where c.study_id = ${alias}.study_id and c.sop_hash = ${alias}.sop_hash` +
    ` and c.version = ${alias}.version and c.entity_id = ${entity})`
  return {
    study:
      `((s.owner_entity_id = ${entity} or s.several_holders and exists (` +
      `select from holders h where h.study_id = s.id and h.entity_id = ${entity}))` +
      ` and (s.visibility = 0 or s.owner_entity_id = ${entity}))`,
    part: {
      shown: (alias) => `(case when s.several_holders then ${shownRow(alias)} else ${alias}.current end)`,
      stored: (alias) => `(not s.several_holders or ${alias}.entity_id = ${entity} or ${copyRow(alias)})`,
      view: `select v.series_id from holder_instances v where v.study_id = s.id and v.entity_id = ${entity}`,
    },
  }
}

/**
 * Studies that state the identifier, and those whose identifiers somebody told us to stand for it. By a union of keys,
 * because an OR of conditions would read every study; `identities` is worked out so that one step is enough.
 */
function patientScope(predicate: Extract<Predicate, { kind: 'patient' }>, text: SqlText): Scope {
  const identifier = text.param(predicate.identifier)
  const domain = text.param(predicate.issuer)
  const issuer = `(select id from issuers where value = ${domain})`
  const patientStudies = 'select ps.id from patients pp join studies ps on ps.patient_id = pp.id'
  const statedStudies = 'select pi.study_id from patient_identifiers pi'
  const resolved = (alias: string) =>
    ` join identities d on d.identifier = ${alias}.identifier and d.issuer_id = ${alias}.issuer_id` +
    ` where d.resolved_identifier = ${identifier} and d.resolved_issuer = ${domain}`
  const studies =
    `s.id in (${patientStudies} where pp.identifier = ${identifier} and pp.issuer_id = ${issuer}` +
    ` union ${statedStudies} where pi.identifier = ${identifier} and pi.issuer_id = ${issuer}` +
    ` union ${patientStudies}${resolved('pp')} union ${statedStudies}${resolved('pi')})`
  return { study: predicate.includeHidden === true ? studies : `(${studies} and s.visibility = 0)` }
}

function combine(predicates: readonly Predicate[], operator: ' and ' | ' or ', text: SqlText): Scope {
  // Nothing to satisfy is everything for AND and nothing for OR; a caller that built an empty rule gets nothing in both.
  if (predicates.length === 0) return { study: 'false' }
  const scopes = predicates.map((inner) => compilePredicate(inner, text))
  const study = `(${scopes.map((scope) => scope.study).join(operator)})`
  if (scopes.every(({ part }) => part === undefined)) return { study }
  const composed = (condition: (scope: Scope) => string) =>
    `(${scopes.map((scope) => `(${scope.study} and ${condition(scope)})`).join(operator)})`
  const shown = (alias: string) => composed(({ part }) => part?.shown(alias) ?? `${alias}.current`)
  const stored = (alias: string) => composed(({ part }) => part?.stored(alias) ?? 'true')
  const view = `select i.series_id from instances i where i.study_id = s.id and ${shown('i')}`
  return { study, part: { shown, stored, view } }
}
