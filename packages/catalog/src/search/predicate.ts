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
  }
}

/**
 * Where a caller finds studies: in the rows of the record (`studies`, `series`, current instances), or in those of a holder
 * (`holder_studies`, `holder_series`, `holder_instances`). A caller sees the union of its branches, and no study in two.
 */
export interface Branch {
  readonly kind: 'record' | 'holder'
  /** Condition on `s`, a row of the table of that kind. */
  readonly condition: string
}

/** A predicate as SQL; each branch is searched by its own indexes. */
export function compilePredicate(predicate: Predicate, text: SqlText): readonly Branch[] {
  switch (predicate.kind) {
    case 'all':
      return [record(predicate.includeHidden === true ? 'true' : 's.visibility = 0')]
    case 'none':
      return [record('false')]
    case 'entity':
      return entityBranches(predicate.entityCode, text)
    case 'patient':
      return patientBranches(predicate, text)
  }
}

function record(condition: string): Branch {
  return { kind: 'record', condition }
}

/** `s`: the studies of a branch. */
export function studiesOf({ kind }: Branch): string {
  return kind === 'record' ? 'studies s' : 'holder_studies s'
}

/** Joins to `s` the instances that a branch shows, as `i`. */
export function shownInstances({ kind }: Branch): string {
  if (kind === 'record') return 'join instances i on i.study_id = s.id and i.current'
  return `join holder_instances v on v.study_id = s.id and v.entity_id = s.holder_id
    join instances i on i.study_id = v.study_id and i.sop_hash = v.sop_hash and i.version = v.version`
}

/** Joins to `s` every version that may be seen, current or not, as `i`. */
export function storedInstances({ kind }: Branch): string {
  const all = 'join instances i on i.study_id = s.id'
  if (kind === 'record') return all
  return `${all} and (i.entity_id = s.holder_id or exists (
    select from instance_copies c where c.study_id = i.study_id and c.sop_hash = i.sop_hash
      and c.version = i.version and c.entity_id = s.holder_id))`
}

/**
 * An entity sees the studies it sent. Where others sent instances of the same study too, it sees its own row of it and its own
 * instances: neither a header, a count nor a list may tell that somebody else holds more.
 */
function entityBranches(entityCode: string, text: SqlText): readonly Branch[] {
  const entity = `(select id from entities where code = ${text.param(entityCode)})`
  return [
    record(`s.owner_entity_id = ${entity} and not s.several_holders`),
    { kind: 'holder', condition: `s.holder_id = ${entity} and (s.visibility = 0 or s.agreement = 0)` },
  ]
}

/**
 * Studies that state the identifier, and those whose identifiers somebody told us to stand for it. By a union of keys,
 * because an OR of conditions would read every study; `identities` is worked out so that one step is enough. Of a study whose
 * record is of somebody else, the row of the first holder whose patient it is.
 */
function patientBranches(predicate: Extract<Predicate, { kind: 'patient' }>, text: SqlText): readonly Branch[] {
  const identifier = text.param(predicate.identifier)
  const domain = text.param(predicate.issuer)
  const issuer = `(select id from issuers where value = ${domain})`
  const isStated = (alias: string) => ` where ${alias}.identifier = ${identifier} and ${alias}.issuer_id = ${issuer}`
  const isResolved = (alias: string) =>
    ` join identities d on d.identifier = ${alias}.identifier and d.issuer_id = ${alias}.issuer_id` +
    ` where d.resolved_identifier = ${identifier} and d.resolved_issuer = ${domain}`
  const matches = (ofPatient: string, ofOthers: string) =>
    [isStated, isResolved].flatMap((how) => [ofPatient + how('pp'), ofOthers + how('pi')]).join(' union ')
  const ofRecord = matches(
    'select ps.id from patients pp join studies ps on ps.patient_id = pp.id',
    'select pi.study_id from patient_identifiers pi',
  )
  const ofHolders = matches(
    'select ph.id, ph.holder_id from patients pp join holder_studies ph on ph.patient_id = pp.id',
    'select pi.study_id, pi.holder_id from holder_identifiers pi',
  )
  const first =
    'select distinct on (m.id) m.id, m.holder_id' +
    ` from (${ofHolders}) m join holder_studies f on f.id = m.id and f.holder_id = m.holder_id` +
    ` where m.id not in (${ofRecord}) order by m.id, f.first_received_at, f.first_segment_id, f.first_offset_blocks`
  const shown = predicate.includeHidden === true ? '' : ' and s.visibility = 0'
  return [
    record(`s.id in (${ofRecord})${shown}`),
    { kind: 'holder', condition: `(s.id, s.holder_id) in (${first})${shown}` },
  ]
}
