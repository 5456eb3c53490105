import type { Sql, Transaction } from '@vna/database'
import { cleanText, databaseLimits, runTransaction } from '@vna/database'
import { type DicomJson, designatorOf, textOf } from '@vna/dicom'
import type { OrderIdentifier } from '@vna/fse'
import { orderIsOfHolder } from './orders-of-holders.ts'
import { reportLimits } from './report.ts'

export interface StudyKey {
  readonly kind: 'accession' | 'placer' | 'filler'
  readonly value: string
  readonly issuer: string
}

interface StudyRow {
  readonly id: number
  readonly patientId: number | null
  readonly studyDate: string | null
  readonly accession: string | null
  readonly accessionIssuer: string | null
  /** Items of the Request Attributes Sequence of each series. */
  readonly requests: readonly (readonly DicomJson[])[] | null
  readonly generated: OrderIdentifier | null
}

/**
 * Writes down the numbers a study is known by (headers, request attributes, orders, generated) and marks the reports due
 * that may belong to it: by UID, number, patient and day, or because they are linked. Returns their ids; `undefined`: no
 * such study.
 */
export async function evaluateStudyKeys(
  sql: Sql,
  studyInstanceUid: string,
  { windowDays }: { readonly windowDays: number },
): Promise<readonly string[] | undefined> {
  return runTransaction(sql, async (tx) => {
    const study = await readStudy(tx, studyInstanceUid)
    if (study === undefined) return undefined
    const keys = await withOrders(tx, { uid: studyInstanceUid, id: study.id }, keysOf(study))
    await replaceKeys(tx, studyInstanceUid, keys)
    return markReportsDue(tx, { studyInstanceUid, study, keys, windowDays })
  })
}

async function readStudy(tx: Transaction, uid: string): Promise<StudyRow | undefined> {
  const [row] = await tx<StudyRow[]>`
    select s.id, s.patient_id as "patientId", s.study_date as "studyDate", s.accession_number as accession,
      s.issuer_of_accession as "accessionIssuer",
      (select json_agg(e.request_attributes) from series e
        where e.study_id = s.id and e.number_of_instances > 0 and e.request_attributes is not null) as requests,
      (select json_build_object('value', g.accession_number, 'issuer', g.issuer)
        from generated_accessions g where g.study_instance_uid = s.study_instance_uid) as generated
    from studies s where md5(s.study_instance_uid)::uuid = md5(${uid})::uuid and s.study_instance_uid = ${uid}`
  return row
}

function keysOf({ accession, accessionIssuer, requests, generated }: StudyRow): readonly StudyKey[] {
  const keys: StudyKey[] = []
  const add = (kind: StudyKey['kind'], value: string | null | undefined, issuer: string | null | undefined) => {
    const text = cleanText(value, databaseLimits.maxIdentifierChars)
    if (text !== null)
      keys.push({ kind, value: text, issuer: cleanText(issuer, databaseLimits.maxIdentifierChars) ?? '' })
  }
  add('accession', accession, accessionIssuer)
  for (const item of (requests ?? []).flat()) {
    const isOwn = textOf(item, '00080050') === accession
    add('accession', textOf(item, '00080050'), designatorOf(item, '00080051') ?? (isOwn ? accessionIssuer : null))
    add('placer', textOf(item, '00402016'), designatorOf(item, '00400026'))
    add('filler', textOf(item, '00402017'), designatorOf(item, '00400027'))
  }
  add('accession', generated?.value, generated?.issuer)
  return distinct(keys)
}

/** An order of a holder that names the accession number (or the study) adds its placer and filler numbers. */
async function withOrders(
  tx: Transaction,
  { uid, id }: { readonly uid: string; readonly id: number },
  keys: readonly StudyKey[],
): Promise<readonly StudyKey[]> {
  const accessions = keys.filter(({ kind }) => kind === 'accession')
  const orders = await tx<
    { placers: readonly OrderIdentifier[]; fillers: readonly OrderIdentifier[]; accession: string; issuer: string }[]
  >`
    select o.placers, o.fillers, o.accession_number as accession, o.accession_issuer as issuer
    from json_to_recordset(${JSON.stringify(accessions)}::text::json) as k (value text, issuer text)
      join orders o on o.accession_number = k.value and o.accession_issuer = k.issuer and k.issuer <> ''
      join studies s on s.id = ${id}::bigint and ${tx.unsafe(orderIsOfHolder)}
    union all
    select o.placers, o.fillers, o.accession_number, o.accession_issuer from orders o
      join studies s on s.id = ${id}::bigint and ${tx.unsafe(orderIsOfHolder)}
    where o.study_instance_uid = ${uid} and o.study_instance_uid <> ''`
  const added = orders.flatMap(({ placers, fillers, accession, issuer }): readonly StudyKey[] => [
    ...(accession === '' ? [] : [{ kind: 'accession' as const, value: accession, issuer }]),
    ...placers.map((number) => ({ kind: 'placer' as const, value: number.value, issuer: number.issuer ?? '' })),
    ...fillers.map((number) => ({ kind: 'filler' as const, value: number.value, issuer: number.issuer ?? '' })),
  ])
  return distinct([...keys, ...added]).slice(0, reportLimits.maxNumbersPerStudy)
}

async function replaceKeys(tx: Transaction, uid: string, keys: readonly StudyKey[]): Promise<void> {
  const text = JSON.stringify(keys)
  await tx`
    with r as materialized (
      select r.kind, r.value, r.issuer
      from json_to_recordset(${text}::text::json) as r (kind text, value text, issuer text)),
    gone as (
      delete from study_keys y where y.study_instance_uid = ${uid}
        and not exists (select from r where r.kind = y.kind and r.value = y.value and r.issuer = y.issuer))
    insert into study_keys (study_instance_uid, kind, value, issuer)
    select ${uid}, r.kind, r.value, r.issuer from r
    order by r.value, r.kind, r.issuer
    on conflict do nothing`
}

async function markReportsDue(
  tx: Transaction,
  o: { studyInstanceUid: string; study: StudyRow; keys: readonly StudyKey[]; windowDays: number },
): Promise<readonly string[]> {
  const { studyInstanceUid: uid, study, keys } = o
  const date = study.studyDate !== null && /^\d{8}$/.test(study.studyDate) ? study.studyDate : null
  const rows = await tx<{ id: string }[]>`
    with k as materialized (
      select r.kind, r.value, r.issuer
      from json_to_recordset(${JSON.stringify(keys)}::text::json) as r (kind text, value text, issuer text)),
    p as materialized (
      select a.identifier, a.issuer_id from patients a where a.id = ${study.patientId}::bigint
      union select o.identifier, o.issuer_id from patient_identifiers o where o.study_id = ${study.id}::bigint),
    root as materialized (
      select coalesce(t.root_id, t.id) as id
      from p join identities t on t.identifier = p.identifier and t.issuer_id = p.issuer_id),
    person as materialized (
      select p.identifier, i.value as issuer from p join issuers i on i.id = p.issuer_id
      union select t.identifier, i.value from root join identities t on t.id = root.id join issuers i on i.id = t.issuer_id
      union select t.identifier, i.value
      from root join identities t on t.root_id = root.id join issuers i on i.id = t.issuer_id),
    found as (
      select report_id as id from report_keys where kind = 'study' and value = ${uid}
      union
      select x.report_id from k join report_keys x on x.value = k.value and x.kind = k.kind
      where k.issuer = '' or x.issuer = '' or x.issuer = k.issuer
      union
      select x.report_id from k join report_keys x on x.value = k.value and x.kind = 'prescription'
      where k.kind = 'placer'
      union
      select x.report_id
      from person join report_keys x on x.kind = 'patient' and x.value = person.identifier and x.issuer = person.issuer
        join reports r on r.id = x.report_id
      where r.facts ->> 'examDate' between
        to_char(to_date(${date}, 'YYYYMMDD') - ${o.windowDays}::int, 'YYYYMMDD') and
        to_char(to_date(${date}, 'YYYYMMDD') + ${o.windowDays}::int, 'YYYYMMDD')
      union
      select report_id from links where study_instance_uid = ${uid})
    update reports r set due_at = now() from found where r.id = found.id and r.state <> 'withdrawn'
    returning r.id`
  return rows.map(({ id }) => id)
}

function distinct(keys: readonly StudyKey[]): readonly StudyKey[] {
  return [...new Map(keys.map((key) => [`${key.kind}\n${key.issuer}\n${key.value}`, key])).values()]
}
