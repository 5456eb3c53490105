import { compilePredicate, type Predicate } from '@vna/catalog'
import type { SqlText } from '@vna/database'
import type { DaySpan, EntryCode, ManifestSearch, MomentSpan, SearchedToken } from './manifest-search.ts'

/** Manifests found one way: `m`, with `p` its publication and `s` its study, or the row of it that a holder has. */
export interface FoundWay {
  readonly from: string
  readonly conditions: readonly string[]
}

/**
 * What holds for every manifest found: what the predicate shows of what was registered, and each key; each way by its own
 * indexes. Whoever holds a study among others sees none of its manifests, as they tell the whole; its ImagingStudy, told of
 * the own row, is found by what that row says.
 */
export function foundWaysOf(
  search: ManifestSearch,
  predicate: Predicate,
  text: SqlText,
  o: { readonly wholeStudies: boolean },
): readonly FoundWay[] {
  const branches = compilePredicate(predicate, text)
  const everywhere = commonConditionsOf(search, text)
  return branches.flatMap((branch) => {
    const shown = [branch.condition, 's.number_of_instances > 0', ...everywhere]
    if (branch.kind === 'record') {
      return [{ from: recordFrom, conditions: [...shown, ...manifestConditionsOf(search, text)] }]
    }
    return o.wholeStudies ? [] : [{ from: holderFrom, conditions: [...shown, ...ownConditionsOf(search, text)] }]
  })
}

const recordFrom = `from manifests m join publications p on p.study_instance_uid = m.study_instance_uid
  join studies s on md5(s.study_instance_uid)::uuid = md5(m.study_instance_uid)::uuid`

const holderFrom = `from holder_studies s join manifests m on m.study_instance_uid = s.study_instance_uid
  join publications p on p.study_instance_uid = m.study_instance_uid`

function commonConditionsOf(search: ManifestSearch, text: SqlText): readonly string[] {
  const conditions = ['m.registered_at is not null']
  conditions.push(stateCondition(search.states ?? ['REGISTERED', 'SUPERSEDED'], text))
  const add = (condition: string | undefined) => condition !== undefined && conditions.push(condition)
  const isOneOf = (column: string, values: readonly string[] | undefined, cast = '') =>
    values && `${column} = any (${listOf(values, text)}${cast})`
  add(isOneOf('m.study_instance_uid', search.studyInstanceUids))
  add(isOneOf('m.manifest_uid', search.manifestUids))
  add(isOneOf('p.fhir_id', search.imagingStudyIds, '::uuid[]'))
  add(isOneOf('m.viewer_endpoint_id', search.viewerEndpointIds, '::uuid[]'))
  add(search.created && momentsCondition('m.created_at', search.created, text))
  add(search.changed && momentsCondition('m.changed_at', search.changed, text))
  return conditions
}

/** What a study is searched by, as its manifest says it. */
function manifestConditionsOf(search: ManifestSearch, text: SqlText): readonly string[] {
  const { patients, studyDates, accessions, modalities, regions } = search
  return [
    ...(accessions === undefined ? [] : [`m.accessions && ${listOf(accessions, text)}`]),
    ...(modalities === undefined ? [] : [`m.modalities && ${listOf(modalities, text)}`]),
    ...(regions === undefined ? [] : [`m.regions && ${listOf(regions, text)}`]),
    ...(patients === undefined ? [] : [patientsCondition(patients, text)]),
    ...(studyDates === undefined ? [] : [daysCondition('m.study_date', studyDates, text)]),
  ]
}

/** The same, as the row `s` of a holder says it. */
function ownConditionsOf(search: ManifestSearch, text: SqlText): readonly string[] {
  const { patients, studyDates, accessions, modalities, regions } = search
  return [
    ...(patients === undefined ? [] : [ownPatientsCondition(patients, text)]),
    ...(studyDates === undefined ? [] : [daysCondition('s.study_date', studyDates, text)]),
    ...(accessions === undefined
      ? []
      : [
          `array[s.accession_number, s.issuer_of_accession || '|' || s.accession_number] && ${listOf(accessions, text)}`,
        ]),
    ...(modalities === undefined ? [] : [`string_to_array(s.modalities, '\\') && ${listOf(modalities, text)}`]),
    // Worked out for the manifest alone.
    ...(regions === undefined ? [] : ['false']),
  ]
}

function ownPatientsCondition(patients: NonNullable<ManifestSearch['patients']>, text: SqlText): string {
  const alternatives = patients.map(({ issuer, identifier }) => {
    const [id, domain] = [text.param(identifier), issuer === undefined ? undefined : text.param(issuer)]
    const isIn = (column: string) => (domain === undefined ? '' : ` and ${column} = ${domain}`)
    return `n.identifier = ${id}${isIn('u.value')} or t.resolved_identifier = ${id}${isIn('t.resolved_issuer')}`
  })
  return `exists (
    select from (
        select p.identifier, p.issuer_id from patients p where p.id = s.patient_id
        union all select i.identifier, i.issuer_id from holder_identifiers i
        where i.study_id = s.id and i.holder_id = s.holder_id) n
      join issuers u on u.id = n.issuer_id
      left join identities t on t.identifier = n.identifier and t.issuer_id = n.issuer_id
    where ${alternatives.length === 0 ? 'false' : alternatives.join(' or ')})`
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
