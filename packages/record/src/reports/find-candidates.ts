import { arrivalFlags } from '@vna/catalog'
import type { Sql, Transaction } from '@vna/database'
import { SqlText } from '@vna/database'
import type { OrderIdentifier, ReportFacts } from '@vna/fse'
import type { Identifier } from '../identity/identity.ts'
import { reportLimits } from './report.ts'

/** What the rules need to know of a study. */
export interface CandidateStudy {
  readonly studyInstanceUid: string
  readonly patientIdentifiers: readonly { readonly value: string; readonly issuer: string }[]
  readonly patientName: string | undefined
  readonly patientBirthDate: string | undefined
  readonly accessions: readonly (OrderIdentifier & { readonly generated?: boolean })[]
  readonly placerOrders: readonly OrderIdentifier[]
  readonly fillerOrders: readonly OrderIdentifier[]
  readonly studyDate: string | undefined
  readonly modalities: readonly string[]
  readonly facility: string | undefined
  /** Some of it came by migration. */
  readonly isMigrated: boolean
}

export interface CandidateQuery {
  readonly facts: Pick<
    ReportFacts,
    'studyInstanceUids' | 'accessions' | 'placerOrders' | 'fillerOrders' | 'prescriptions'
  >
  /** Every identifier of the report's person. */
  readonly identifiers: readonly Identifier[]
  /** Studies of the person in these days (YYYYMMDD, inclusive) are candidates too. */
  readonly days?: { readonly from: string; readonly to: string } | undefined
  /** Studies to look at whatever the keys say: decided by a person, inherited, linked already. */
  readonly furtherStudyUids: readonly string[]
}

interface Row {
  readonly id: number
  readonly uid: string
  readonly identifiers: readonly { value: string; issuer: string }[] | null
  readonly name: string | null
  readonly birthDate: string | null
  readonly accession: string | null
  readonly accessionIssuer: string | null
  readonly generated: { value: string; issuer: string } | null
  readonly keys: readonly { kind: string; value: string; issuer: string }[] | null
  readonly studyDate: string | null
  readonly modalities: string
  readonly facility: string | null
}

/**
 * Studies that share a key with a report, those of its patient first, at most `maxCandidateStudies`; the studies of the
 * patient come first so that a number counted from 1 in every hospital cannot push them out.
 */
export async function findCandidates(tx: Sql | Transaction, query: CandidateQuery): Promise<readonly CandidateStudy[]> {
  const text = candidateStatement(query)
  const rows = await tx.unsafe<Row[]>(text.toString(), text.params, { prepare: true })
  const candidates: CandidateStudy[] = []
  for (const row of rows) candidates.push(candidateOf(row, await isMigrated(tx, row.id)))
  return candidates
}

/** Every part is a union of look-ups by an index: a disjunction would read every study. */
export function candidateStatement({ facts, identifiers, days, furtherStudyUids }: CandidateQuery): SqlText {
  const text = new SqlText()
  const uids = text.param(JSON.stringify([...facts.studyInstanceUids, ...furtherStudyUids]))
  const numbers = text.param(JSON.stringify(numbersOf(facts)))
  const persons = text.param(JSON.stringify(identifiers))
  const [from, to] = [text.param(days?.from ?? null), text.param(days?.to ?? null)]
  const limit = text.param(reportLimits.maxCandidateStudies)
  text.add(`with n as materialized (
      select distinct r.kind, r.value, r.issuer
      from json_to_recordset(${numbers}::text::json) as r (kind text, value text, issuer text)),
    p as materialized (
      select r.identifier, i.id as issuer_id
      from json_to_recordset(${persons}::text::json) as r (identifier text, issuer text)
        join issuers i on i.value = r.issuer),
    mine as materialized (
      select s.id, s.study_date
      from p join patients a on a.identifier = p.identifier and a.issuer_id = p.issuer_id
        join studies s on s.patient_id = a.id
      union
      select s.id, s.study_date
      from p join patient_identifiers o on o.identifier = p.identifier and o.issuer_id = p.issuer_id
        join studies s on s.id = o.study_id),
    named as (
      select value as uid from json_array_elements_text(${uids}::text::json) as t (value)
      union
      select y.study_instance_uid from n join study_keys y on y.value = n.value and y.kind = n.kind
      where n.issuer = '' or y.issuer = '' or y.issuer = n.issuer
      union
      select g.study_instance_uid from n join generated_accessions g on g.accession_number = n.value
      where n.kind = 'accession'),
    found as (
      select s.id from named join studies s
        on md5(s.study_instance_uid)::uuid = md5(named.uid)::uuid and s.study_instance_uid = named.uid
      union
      select s.id from n join studies s on s.accession_number = n.value where n.kind = 'accession'
      union
      select id from mine where study_date between ${from} and ${to}),
    chosen as materialized (
      select f.id, m.id is not null as is_mine from found f left join mine m on m.id = f.id
      order by m.id is null, f.id desc limit ${limit}::int)`)
  text.add(`select s.id, s.study_instance_uid as uid, s.patient_name as name, s.patient_birth_date as "birthDate",
      s.accession_number as accession, s.issuer_of_accession as "accessionIssuer", s.study_date as "studyDate", s.modalities,
      (select json_agg(json_build_object('value', x.identifier, 'issuer', i.value))
        from (select a.identifier, a.issuer_id from patients a where a.id = s.patient_id
          union select o.identifier, o.issuer_id from patient_identifiers o where o.study_id = s.id) x
          join issuers i on i.id = x.issuer_id) as identifiers,
      (select json_agg(json_build_object('kind', y.kind, 'value', y.value, 'issuer', y.issuer))
        from study_keys y where y.study_instance_uid = s.study_instance_uid) as keys,
      (select json_build_object('value', g.accession_number, 'issuer', g.issuer)
        from generated_accessions g where g.study_instance_uid = s.study_instance_uid) as generated,
      (select e.institution_name from series e where e.study_id = s.id and e.institution_name is not null
        order by e.id limit 1) as facility
    from chosen c join studies s on s.id = c.id where s.number_of_instances > 0
    order by s.study_instance_uid`)
  return text
}

function numbersOf({ accessions, placerOrders, fillerOrders, prescriptions }: CandidateQuery['facts']): unknown {
  const of = (kind: string, numbers: readonly OrderIdentifier[]) =>
    numbers.map(({ value, issuer }) => ({ kind, value, issuer: issuer ?? '' }))
  return [
    ...of('accession', accessions),
    ...of('placer', placerOrders),
    ...of('filler', fillerOrders),
    // Prescriptions reach the archive as placer numbers of orders.
    ...prescriptions.map((value) => ({ kind: 'placer', value, issuer: '' })),
  ]
}

/** Asked for one study at a time, so that one partition is planned and read instead of all. */
async function isMigrated(tx: Sql | Transaction, studyId: number): Promise<boolean> {
  const [row] = await tx<{ found: boolean }[]>`
    select exists (select from instances i
      where i.study_id = ${studyId}::bigint and (i.flags & ${arrivalFlags.campaign}::smallint) <> 0) as found`
  return row?.found === true
}

function candidateOf(row: Row, isMigratedStudy: boolean): CandidateStudy {
  const ofKind = (kind: string) =>
    (row.keys ?? []).filter((key) => key.kind === kind).map(({ value, issuer }) => numberOf(value, issuer))
  const accessions = new Map<string, CandidateStudy['accessions'][number]>()
  const add = (number: CandidateStudy['accessions'][number]) =>
    accessions.set(`${number.issuer ?? ''}\n${number.value}`, number)
  for (const number of ofKind('accession')) add(number)
  if (row.accession !== null) add(numberOf(row.accession, row.accessionIssuer ?? ''))
  if (row.generated !== null) add({ ...row.generated, generated: true })
  return {
    studyInstanceUid: row.uid,
    patientIdentifiers: row.identifiers ?? [],
    patientName: row.name ?? undefined,
    patientBirthDate: row.birthDate ?? undefined,
    accessions: [...accessions.values()],
    placerOrders: ofKind('placer'),
    fillerOrders: ofKind('filler'),
    studyDate: row.studyDate ?? undefined,
    modalities: row.modalities.split('\\').filter((modality) => modality !== ''),
    facility: row.facility ?? undefined,
    isMigrated: isMigratedStudy,
  }
}

function numberOf(value: string, issuer: string): OrderIdentifier {
  return issuer === '' ? { value } : { value, issuer }
}
