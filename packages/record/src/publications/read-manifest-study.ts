import {
  absentInstanceNumber,
  type Branch,
  compilePredicate,
  type Predicate,
  shownInstances,
  studiesOf,
} from '@vna/catalog'
import type { Sql } from '@vna/database'
import { runQuery, SqlText } from '@vna/database'
import { type CodedValue, codedValueOf, type DicomJson, itemsOf } from '@vna/dicom'
import type { ManifestInstance, ManifestSeries, ManifestStudy, PatientIdentifier } from '@vna/fse'
import { isNationalIssuer } from '@vna/identifiers'
import { orderIsOfHolder } from '../reports/orders-of-holders.ts'
import { manifestRequestsOf, type OrderRow } from './manifest-requests.ts'
import { nationalIdentifierOf } from './national-identifier.ts'

const keyObjectSelection = '1.2.840.10008.5.1.4.1.1.88.59'
/** Titles of rejection notes (CID 7011): they are never referenced themselves. */
const rejectionTitles = new Set(['113001', '113037', '113038', '113039'])

interface StudyRow {
  readonly studyDate: string | null
  readonly studyTime: string | null
  readonly timezoneOffset: string | null
  readonly studyId: string | null
  readonly description: string | null
  readonly referringPhysician: string | null
  readonly accessionNumber: string | null
  readonly issuerOfAccession: string | null
  readonly patientName: string | null
  readonly birthDate: string | null
  readonly sex: string | null
  readonly entityCode: string
  readonly entityName: string
  readonly generated: { accessionNumber: string; issuer: string } | null
  readonly orders: readonly OrderRow[] | null
  readonly identifiers: readonly IdentifierWithPerson[] | null
  readonly others: readonly PatientIdentifier[] | null
}

interface IdentifierWithPerson extends PatientIdentifier {
  readonly resolved: PatientIdentifier | null
}

interface InstanceRow {
  readonly series: number
  readonly sopInstanceUid: string
  readonly sopClassUid: string
  readonly instanceNumber: number
  readonly numberOfFrames: number
  readonly extra: string
}

interface SeriesRow extends Omit<ManifestSeries, 'instances'> {
  readonly id: number
  readonly institutionName: string | null
  /** Items of its Request Attributes Sequence. */
  readonly requestAttributes: readonly DicomJson[] | null
}

/**
 * All that a manifest says of a study, from rows alone: the versions that are shown, without rejected instances, in an order
 * that is equal for equal rows. `undefined`: no such study, or the predicate does not show it, or nothing of it is left.
 */
export async function readManifestStudy(
  sql: Sql,
  studyInstanceUid: string,
  predicate: Predicate,
): Promise<ManifestStudy | undefined> {
  return runQuery(async () =>
    sql.begin('isolation level repeatable read read only', async (tx) => {
      const unsafe = <T extends object>(text: SqlText) =>
        tx.unsafe<T[]>(text.toString(), text.params, { prepare: true })
      for (const index of compilePredicate(predicate, new SqlText()).keys()) {
        const place = (text: SqlText) => ({ text, studyInstanceUid, branch: branchOf(predicate, index, text) })
        const [study] = await unsafe<StudyRow>(studyStatement(place(new SqlText())))
        if (study === undefined) continue
        const [series, instances] = await Promise.all([
          unsafe<SeriesRow>(seriesStatement(place(new SqlText()))),
          unsafe<InstanceRow>(instancesStatement(place(new SqlText()))),
        ])
        return studyOf(studyInstanceUid, study, series, instances)
      }
      return undefined
    }),
  )
}

interface Place {
  readonly text: SqlText
  readonly studyInstanceUid: string
  readonly branch: Branch
}

/** A study is in one branch at most. The statement gets no parameter of another branch than its own. */
function branchOf(predicate: Predicate, index: number, text: SqlText): Branch {
  const branch = compilePredicate(predicate, text)[index]
  if (branch === undefined) throw new RangeError('a predicate has the same branches each time')
  return branch
}

function whereStudy(text: SqlText, studyInstanceUid: string): string {
  return `md5(s.study_instance_uid)::uuid = md5(${text.param(studyInstanceUid)})::uuid`
}

/** Identifiers with the person they stand for, by what was told of them; the person's other identifiers too. */
function studyStatement({ text, studyInstanceUid, branch }: Place): SqlText {
  const isRecord = branch.kind === 'record'
  const others = isRecord
    ? 'join patient_identifiers i on i.study_id = s.id'
    : 'join holder_identifiers i on i.study_id = s.id and i.holder_id = s.holder_id'
  // Who holds a study among others is told of its own orders alone.
  const ordered = isRecord
    ? `${orderIsOfHolder} and (o.study_instance_uid = s.study_instance_uid or o.accession_issuer <> ''
          and (o.accession_number, o.accession_issuer) in (
            select y.value, y.issuer from study_keys y
            where y.study_instance_uid = s.study_instance_uid and y.kind = 'accession'))`
    : `o.origin = n.code and (o.study_instance_uid = s.study_instance_uid or o.accession_number = s.accession_number)`
  text.add(`with study as (
      select s.* from ${studiesOf(branch)} where ${whereStudy(text, studyInstanceUid)} and ${branch.condition}),
    own as (
      select p.identifier, p.issuer_id, 0 as place from study s join patients p on p.id = s.patient_id
      union select i.identifier, i.issuer_id, 1 from study s ${others}),
    known as (
      select min(o.place) as place, o.identifier, u.value as issuer, t.resolved_identifier, t.resolved_issuer
      from own o join issuers u on u.id = o.issuer_id
        left join identities t on t.identifier = o.identifier and t.issuer_id = o.issuer_id
      group by 2, 3, 4, 5)
    select s.study_date as "studyDate", s.study_time as "studyTime", s.timezone_offset as "timezoneOffset",
      s.study_id as "studyId", s.description, s.referring_physician as "referringPhysician",
      s.accession_number as "accessionNumber", s.issuer_of_accession as "issuerOfAccession",
      s.patient_name as "patientName", s.patient_birth_date as "birthDate", s.patient_sex as sex,
      n.code as "entityCode", n.name as "entityName",
      (select json_build_object('accessionNumber', g.accession_number, 'issuer', g.issuer)
        from generated_accessions g where g.study_instance_uid = s.study_instance_uid) as generated,
      (select json_agg(json_build_object('accession', o.accession_number, 'issuer', o.accession_issuer,
          'placers', o.placers, 'fillers', o.fillers) order by o.id)
        from orders o where ${ordered}) as orders,
      (select json_agg(json_build_object('value', k.identifier, 'issuer', k.issuer, 'resolved',
          case when k.resolved_identifier is not null
            then json_build_object('value', k.resolved_identifier, 'issuer', k.resolved_issuer) end)
        order by k.place, k.issuer, k.identifier) from known k) as identifiers,
      (select json_agg(json_build_object('value', x.identifier, 'issuer', x.issuer) order by x.issuer, x.identifier)
        from (select distinct t.identifier, u.value as issuer
          from known k join identities t on t.resolved_identifier = k.resolved_identifier
            and t.resolved_issuer = k.resolved_issuer
          join issuers u on u.id = t.issuer_id) x) as others
    from study s join entities n on n.id = s.${isRecord ? 'owner_entity_id' : 'holder_id'}`)
  return text
}

function seriesStatement({ text, studyInstanceUid, branch }: Place): SqlText {
  const series =
    branch.kind === 'record'
      ? 'series e on e.study_id = s.id'
      : 'holder_series e on e.study_id = s.id and e.holder_id = s.holder_id'
  text.add(`select e.id, e.series_instance_uid as "seriesInstanceUid", coalesce(e.modality, 'OT') as modality,
      e.series_number as "seriesNumber", e.description, e.performed_start_date as date, e.performed_start_time as time,
      e.body_part as "bodyPart", e.laterality, e.institution_name as "institutionName",
      e.request_attributes as "requestAttributes"
    from ${studiesOf(branch)} join ${series}
    where ${whereStudy(text, studyInstanceUid)} and ${branch.condition}
    order by e.series_number nulls last, e.series_instance_uid`)
  return text
}

function instancesStatement({ text, studyInstanceUid, branch }: Place): SqlText {
  text.add(`select i.series_id as series, i.sop_instance_uid as "sopInstanceUid", u.uid as "sopClassUid",
      i.instance_number as "instanceNumber", i.number_of_frames as "numberOfFrames", i.extra
    from ${studiesOf(branch)} ${shownInstances(branch)} join uids u on u.id = i.sop_class_id
    where ${whereStudy(text, studyInstanceUid)} and ${branch.condition}
      and not exists (select from rejected_instances r
        where r.study_instance_uid = s.study_instance_uid and r.sop_instance_uid = i.sop_instance_uid
          and r.entity_code in ('', (select code from entities where id = i.entity_id)))
    order by i.series_id, i.instance_number, i.sop_instance_uid`)
  return text
}

function studyOf(
  studyInstanceUid: string,
  row: StudyRow,
  seriesRows: readonly SeriesRow[],
  instances: readonly InstanceRow[],
): ManifestStudy | undefined {
  const bySeries = Map.groupBy(instances, ({ series }) => series)
  const shown = seriesRows
    .map((series) => ({ row: series, instances: (bySeries.get(series.id) ?? []).map(instanceOf).filter(isReferenced) }))
    .filter((series) => series.instances.length > 0)
  if (shown.length === 0) return undefined
  const institution = shown.find(({ row: { institutionName } }) => institutionName)?.row.institutionName
  const requestAttributes = shown.map((series) => series.row.requestAttributes ?? [])
  return {
    studyInstanceUid,
    studyDate: row.studyDate ?? undefined,
    studyTime: row.studyTime ?? undefined,
    timezoneOffset: zoneOf(row.timezoneOffset),
    studyId: row.studyId ?? undefined,
    description: row.description ?? undefined,
    referringPhysicianName: row.referringPhysician ?? undefined,
    procedureCode: requestAttributes
      .flat()
      .map((item) => codeAt(item, '00321064'))
      .find((code) => code !== undefined),
    institutionName: institution ?? (row.entityName || row.entityCode),
    patient: patientOf(row),
    requests: manifestRequestsOf({
      accessionNumber: row.accessionNumber ?? undefined,
      issuerOfAccession: row.issuerOfAccession ?? undefined,
      localIssuer: `entity:${row.entityCode}`,
      requestAttributes,
      orders: row.orders ?? [],
      generated: row.generated ?? undefined,
    }),
    series: shown.map((series) => seriesOf(series.row, series.instances)),
  }
}

function patientOf(row: StudyRow): ManifestStudy['patient'] {
  const own = row.identifiers ?? []
  // Numbers that other hospitals gave the person stay with them: a manifest is read by whoever sent the study.
  const others = (row.others ?? []).filter(({ issuer }) => isNationalIssuer(issuer))
  const all = [...own.map(({ value, issuer }) => ({ value, issuer })), ...others]
  const national = nationalIdentifierOf(own)
  const withNational = national === undefined ? all : [national, ...all]
  return {
    national,
    identifiers: [...new Map(withNational.map((id) => [`${id.issuer}\n${id.value}`, id])).values()],
    name: row.patientName ?? undefined,
    birthDate: row.birthDate ?? undefined,
    sex: row.sex === 'M' || row.sex === 'F' || row.sex === 'O' ? row.sex : undefined,
  }
}

function seriesOf(row: SeriesRow, instances: readonly ManifestInstance[]): ManifestSeries {
  return {
    seriesInstanceUid: row.seriesInstanceUid,
    modality: row.modality,
    seriesNumber: row.seriesNumber ?? undefined,
    description: row.description ?? undefined,
    date: row.date ?? undefined,
    time: row.time ?? undefined,
    bodyPart: row.bodyPart ?? undefined,
    laterality: row.laterality ?? undefined,
    instances,
  }
}

function instanceOf(row: InstanceRow): ManifestInstance {
  const isKeyObject = row.sopClassUid === keyObjectSelection && row.extra !== ''
  return {
    sopInstanceUid: row.sopInstanceUid,
    sopClassUid: row.sopClassUid,
    instanceNumber: row.instanceNumber === absentInstanceNumber ? undefined : row.instanceNumber,
    numberOfFrames: row.numberOfFrames === 0 ? undefined : row.numberOfFrames,
    documentTitle: isKeyObject ? codeAt(JSON.parse(row.extra) as DicomJson, '0040A043') : undefined,
  }
}

function codeAt(json: DicomJson, tag: string): CodedValue | undefined {
  const [item] = itemsOf(json, tag)
  return item && codedValueOf(item)
}

function isReferenced({ documentTitle }: ManifestInstance): boolean {
  return documentTitle === undefined || documentTitle.scheme !== 'DCM' || !rejectionTitles.has(documentTitle.code)
}

/** Timezone Offset From UTC as manifests write it; a header may say anything. */
function zoneOf(text: string | null): string | undefined {
  return text !== null && /^[+-](0\d|1[0-4])[0-5]\d$/.test(text) ? text : undefined
}
