import type { Transaction } from '@vna/database'
import type { SeriesAttributes } from '../header/series-attributes.ts'
import type { PatientIdentifier, StudyAttributes } from '../header/study-attributes.ts'
import type { Arrival } from '../versions/current-version.ts'

export interface KnownSeries {
  readonly id: number
  readonly seriesInstanceUid: string
  readonly headerNo: number
  readonly attributes: SeriesAttributes
}

export interface HeaderVariant {
  /** 0 for the header of the study itself. */
  readonly seriesId: number
  readonly no: number
  readonly header: unknown
  readonly entityId: number
}

export interface LockedStudy {
  readonly id: number
  readonly revision: number
  readonly state: number
  readonly ownerEntityId: number
  readonly headerNo: number
  readonly severalHolders: boolean
  /** Holders whose person was judged to be the owner's. */
  readonly agreeing: readonly number[]
  readonly first: Arrival
  readonly attributes: StudyAttributes
  /** Those that were asked for, and all that have several headers. */
  readonly series: readonly KnownSeries[]
  readonly variants: readonly HeaderVariant[]
}

interface LockedStudyRow extends Omit<StudyAttributes, 'otherIdentifiers'> {
  readonly id: number
  readonly revision: number
  readonly state: number
  readonly ownerEntityId: number
  readonly headerNo: number
  readonly severalHolders: boolean
  readonly agreeing: readonly number[] | null
  readonly firstReceivedAt: Date
  readonly firstSegmentId: string
  readonly firstOffsetBlocks: number
  readonly otherIdentifiers: readonly PatientIdentifier[] | null
  readonly series: readonly ({ id: number; seriesInstanceUid: string; headerNo: number } & SeriesAttributes)[] | null
  readonly variants: readonly HeaderVariant[] | null
}

/** Reads a study this transaction holds, with the series among the given UIDs. */
export async function readLockedStudy(
  tx: Transaction,
  studyInstanceUid: string,
  seriesInstanceUids: readonly string[],
): Promise<LockedStudy | undefined> {
  const [row] = await tx<LockedStudyRow[]>`
    select s.id, s.revision, s.state, s.owner_entity_id as "ownerEntityId", s.header_no as "headerNo",
      s.several_holders as "severalHolders",
      (select json_agg(h.holder_id) from holder_studies h where h.id = s.id and h.agreement <= 1) as agreeing,
      s.first_received_at as "firstReceivedAt", k.segment_id as "firstSegmentId",
      s.first_offset_blocks as "firstOffsetBlocks",
      p.identifier as "patientIdentifier", u.value as "patientIssuer", s.issuer_of_patient_id as "issuerOfPatientId",
      (select jsonb_agg(jsonb_build_object('identifier', i.identifier, 'issuer', iu.value, 'type', i.type)
          order by iu.value || e'\n' || i.identifier collate "C")
        from patient_identifiers i join issuers iu on iu.id = i.issuer_id where i.study_id = s.id) as "otherIdentifiers",
      s.patient_name as "patientName", s.patient_name_folded as "patientNameFolded",
      s.patient_name_other_folded as "patientNameOtherFolded", s.patient_birth_date as "patientBirthDate",
      s.patient_sex as "patientSex", s.study_date as "studyDate", s.study_time as "studyTime",
      s.accession_number as "accessionNumber", s.issuer_of_accession as "issuerOfAccession",
      s.referring_physician as "referringPhysician", s.referring_physician_folded as "referringPhysicianFolded",
      s.study_id as "studyId", s.description, s.timezone_offset as "timezoneOffset",
      (select json_agg(json_build_object('seriesId', v.series_id, 'no', v.no, 'header', v.header,
          'entityId', coalesce(v.entity_id, s.owner_entity_id)))
        from header_variants v where v.study_id = s.id) as variants,
      (select json_agg(json_build_object('id', e.id, 'seriesInstanceUid', e.series_instance_uid, 'headerNo', e.header_no,
          'modality', e.modality, 'seriesNumber', e.series_number, 'description', e.description, 'bodyPart', e.body_part,
          'laterality', e.laterality, 'stationName', e.station_name, 'institutionName', e.institution_name,
          'protocolName', e.protocol_name, 'performedStartDate', e.performed_start_date,
          'performedStartTime', e.performed_start_time, 'requestAttributes', e.request_attributes))
        from series e
        where e.study_id = s.id and (e.series_instance_uid in (
            select json_array_elements_text(${JSON.stringify(seriesInstanceUids)}::text::json))
          or e.id in (select v.series_id from header_variants v where v.study_id = s.id))) as series
    from studies s join packs k on k.id = s.first_pack_id left join patients p on p.id = s.patient_id
      left join issuers u on u.id = p.issuer_id
    where md5(s.study_instance_uid)::uuid = md5(${studyInstanceUid})::uuid`
  return row === undefined ? undefined : lockedStudyOf(row)
}

function lockedStudyOf(row: LockedStudyRow): LockedStudy {
  const { firstReceivedAt, firstSegmentId, firstOffsetBlocks, series, variants, ...rest } = row
  const { id, revision, state, ownerEntityId, headerNo, severalHolders, agreeing, otherIdentifiers, ...attributes } =
    rest
  const receivedAtMs = firstReceivedAt.getTime()
  const offset = firstOffsetBlocks * 512
  return {
    id,
    revision,
    state,
    ownerEntityId,
    headerNo,
    severalHolders,
    agreeing: agreeing ?? [],
    first: { entityId: ownerEntityId, receivedAtMs, segmentId: firstSegmentId, offset, flags: 0 },
    attributes: { ...attributes, otherIdentifiers: otherIdentifiers ?? [] },
    series: (series ?? []).map(knownSeriesOf),
    variants: variants ?? [],
  }
}

function knownSeriesOf(row: NonNullable<LockedStudyRow['series']>[number]): KnownSeries {
  const { id, seriesInstanceUid, headerNo, ...attributes } = row
  return { id, seriesInstanceUid, headerNo, attributes }
}
