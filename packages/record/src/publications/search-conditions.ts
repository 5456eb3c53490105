import { compilePredicate, type Predicate } from '@vna/catalog'
import type { SqlText } from '@vna/database'
import type { DaySpan, EntryCode, ManifestSearch, MomentSpan, SearchedToken } from './manifest-search.ts'

/** What holds for every manifest found: what the predicate shows of what was registered, and each key. */
export function conditionsOf(
  search: ManifestSearch,
  predicate: Predicate,
  text: SqlText,
  o: { readonly wholeStudies: boolean },
): string[] {
  const scope = compilePredicate(predicate, text)
  const conditions = [scope.study, 's.number_of_instances > 0', 'm.registered_at is not null']
  if (scope.part !== undefined) {
    conditions.push(o.wholeStudies ? 'not s.several_holders' : `(not s.several_holders or exists (${scope.part.view}))`)
  }
  conditions.push(stateCondition(search.states ?? ['REGISTERED', 'SUPERSEDED'], text))
  const add = (condition: string | undefined) => condition !== undefined && conditions.push(condition)
  const isOneOf = (column: string, values: readonly string[] | undefined, cast = '') =>
    values && `${column} = any (${listOf(values, text)}${cast})`
  add(isOneOf('m.study_instance_uid', search.studyInstanceUids))
  add(isOneOf('m.manifest_uid', search.manifestUids))
  add(isOneOf('p.fhir_id', search.imagingStudyIds, '::uuid[]'))
  add(isOneOf('m.viewer_endpoint_id', search.viewerEndpointIds, '::uuid[]'))
  add(search.accessions && `m.accessions && ${listOf(search.accessions, text)}`)
  add(search.modalities && `m.modalities && ${listOf(search.modalities, text)}`)
  add(search.regions && `m.regions && ${listOf(search.regions, text)}`)
  add(search.patients && patientsCondition(search.patients, text))
  add(search.studyDates && daysCondition('m.study_date', search.studyDates, text))
  add(search.created && momentsCondition('m.created_at', search.created, text))
  add(search.changed && momentsCondition('m.changed_at', search.changed, text))
  return conditions
}

/** Beside them what holds for one format of it, `f`. */
export function entryConditionsOf(search: ManifestSearch, text: SqlText): readonly string[] {
  const { formats, entryIds, codes = [], related } = search
  return [
    ...(formats === undefined ? [] : [`f.format = any (${listOf(formats, text)})`]),
    ...(entryIds === undefined ? [] : [`f.id = any (${listOf(entryIds, text)}::uuid[])`]),
    ...codes.map(({ code, tokens }) => tokensCondition(codePaths[code], 'code', tokens, text)),
    ...(related === undefined ? [] : [relatedCondition(related, text)]),
  ]
}

/** A hidden study is withdrawn from the registry; whoever may see it all the same sees what was registered last. */
function stateCondition(states: readonly ('REGISTERED' | 'SUPERSEDED')[], text: SqlText): string {
  const among = `m.state = any (${listOf(states, text)})`
  if (!states.includes('REGISTERED')) return among
  return `(${among} or s.visibility <> 0 and m.state = 'WITHDRAWN' and m.version = p.version)`
}

function patientsCondition(patients: NonNullable<ManifestSearch['patients']>, text: SqlText): string {
  const alternatives = patients.map(({ issuer, identifier }) => {
    const same = `m.patient_identifier = ${text.param(identifier)}`
    return issuer === undefined ? same : `(${same} and m.patient_issuer = ${text.param(issuer)})`
  })
  return alternatives.length === 0 ? 'false' : `(${alternatives.join(' or ')})`
}

/** All spans hold: `date=ge…&date=lt…` is one range. */
function daysCondition(column: string, spans: readonly DaySpan[], text: SqlText): string {
  const parts = spans.flatMap(({ from, until }) => [
    ...(from === undefined ? [] : [`${column} >= ${text.param(from)}`]),
    ...(until === undefined ? [] : [`${column} <= ${text.param(until)}`]),
  ])
  return parts.length === 0 ? `${column} is not null` : parts.join(' and ')
}

function momentsCondition(column: string, spans: readonly MomentSpan[], text: SqlText): string {
  const parts = spans.flatMap(({ from, before }) => [
    ...(from === undefined ? [] : [`${column} >= ${text.param(from)}::timestamptz`]),
    ...(before === undefined ? [] : [`${column} < ${text.param(before)}::timestamptz`]),
  ])
  return parts.length === 0 ? `${column} is not null` : parts.join(' and ')
}

/** Where a document entry has them; what is searched by them is small already, found by patient or study. */
const codePaths: Readonly<Record<EntryCode, string>> = {
  type: '$.type.coding[*]',
  category: '$.category[*].coding[*]',
  setting: '$.context.practiceSetting.coding[*]',
  facility: '$.context.facilityType.coding[*]',
  'security-label': '$.securityLabel[*].coding[*]',
  event: '$.context.event[*].coding[*]',
}

function tokensCondition(
  path: string,
  valueName: 'code' | 'value',
  tokens: readonly SearchedToken[],
  text: SqlText,
): string {
  const alternatives = tokens.map(({ system, value }) => {
    const ofSystem = system === undefined ? '' : system === '' ? ' && !exists(@.system)' : ' && @.system == $system'
    const filter = `${path} ? (@.${valueName} == $value${ofSystem})`
    const values = `jsonb_build_object('value', ${text.param(value)}::text, 'system', ${text.param(system ?? '')}::text)`
    return `jsonb_path_exists(m.entries -> f.format, '${filter}', ${values})`
  })
  return alternatives.length === 0 ? 'false' : `(${alternatives.join(' or ')})`
}

/** A UID by the index of studies, everything else by what the entry says; what may be either is looked for as both. */
function relatedCondition(tokens: readonly SearchedToken[], text: SqlText): string {
  const uids = tokens.filter(isStudyUid).map(({ value }) => value.replace(/^urn:oid:/, ''))
  const others = tokens.filter((token) => !isStudyUid(token) || !token.value.startsWith('urn:oid:'))
  const parts = [
    ...(uids.length === 0 ? [] : [`m.study_instance_uid = any (${listOf(uids, text)})`]),
    ...(others.length === 0 ? [] : [tokensCondition('$.context.related[*].identifier', 'value', others, text)]),
  ]
  return parts.length === 0 ? 'false' : `(${parts.join(' or ')})`
}

function isStudyUid({ system, value }: SearchedToken): boolean {
  return system === 'urn:dicom:uid' || (system === undefined && /^(urn:oid:)?\d+(\.\d+)+$/.test(value))
}

/** An array as one text parameter; PostgreSQL needs no type of the driver's then. */
function listOf(values: readonly string[], text: SqlText): string {
  return `(array(select value from json_array_elements_text(${text.param(JSON.stringify(values))}::text::json)))`
}
