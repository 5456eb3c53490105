import type { Transaction } from '../database/open-database.ts'
import type { PatientIdentifier, StudyAttributes } from '../header/study-attributes.ts'
import type { Arrival } from '../versions/current-version.ts'

export interface LockedStudy {
  readonly id: number
  readonly revision: number
  readonly state: number
  readonly ownerEntityId: number
  readonly headerNo: number
  readonly severalHolders: boolean
  readonly first: Arrival
  readonly attributes: StudyAttributes
}

interface LockedStudyRow extends Omit<StudyAttributes, 'otherIdentifiers'> {
  readonly id: number
  readonly revision: number
  readonly state: number
  readonly ownerEntityId: number
  readonly headerNo: number
  readonly severalHolders: boolean
  readonly firstReceivedAt: Date
  readonly firstSegmentId: string
  readonly firstOffsetBlocks: number
  readonly otherIdentifiers: readonly PatientIdentifier[] | null
}

/** Reads a study this transaction holds. */
export async function readLockedStudy(tx: Transaction, studyInstanceUid: string): Promise<LockedStudy | undefined> {
  const [row] = await tx<LockedStudyRow[]>`
    select s.id, s.revision, s.state, s.owner_entity_id as "ownerEntityId", s.header_no as "headerNo",
      s.several_holders as "severalHolders",
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
      s.study_id as "studyId", s.description, s.timezone_offset as "timezoneOffset"
    from studies s join packs k on k.id = s.first_pack_id left join patients p on p.id = s.patient_id
      left join issuers u on u.id = p.issuer_id
    where md5(s.study_instance_uid)::uuid = md5(${studyInstanceUid})::uuid`
  return row === undefined ? undefined : lockedStudyOf(row)
}

function lockedStudyOf(row: LockedStudyRow): LockedStudy {
  const {
    id,
    revision,
    state,
    ownerEntityId,
    headerNo,
    severalHolders,
    firstReceivedAt,
    firstSegmentId,
    firstOffsetBlocks,
    ...rest
  } = row
  return {
    id,
    revision,
    state,
    ownerEntityId,
    headerNo,
    severalHolders,
    first: {
      entityId: ownerEntityId,
      receivedAtMs: firstReceivedAt.getTime(),
      segmentId: firstSegmentId,
      offset: firstOffsetBlocks * 512,
      flags: 0,
    },
    attributes: { ...rest, otherIdentifiers: rest.otherIdentifiers ?? [] },
  }
}
