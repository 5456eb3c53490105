import type { Transaction } from '@vna/database'
import type { StudyAttributes } from '../header/study-attributes.ts'
import type { Arrival } from '../versions/current-version.ts'

export interface StudyUpdate {
  readonly id: number
  readonly revision: number
  readonly state: number
  readonly ownerEntityId: number
  readonly headerNo: number
  readonly first: Arrival
  readonly lastReceivedAtMs: number
  readonly attributes: StudyAttributes
}

/** The one update of a study with one holder in a registration; the counts are taken from its series, which are up to date by then. */
export async function updateStudy(tx: Transaction, study: StudyUpdate): Promise<void> {
  const a = study.attributes
  await tx`
    update studies s
    set patient_id = (select p.id from patients p join issuers u on u.id = p.issuer_id
        where p.identifier = ${a.patientIdentifier} and u.value = ${a.patientIssuer}),
      first_received_at = ${new Date(study.first.receivedAtMs)},
      last_received_at = greatest(s.last_received_at, ${new Date(study.lastReceivedAtMs)}),
      first_pack_id = (select id from packs where segment_id = ${study.first.segmentId} order by id limit 1),
      first_offset_blocks = ${study.first.offset / 512}::int, revision = ${study.revision}::int,
      state = ${study.state}::smallint, owner_entity_id = ${study.ownerEntityId}::smallint,
      header_no = ${study.headerNo}::smallint,
      number_of_series = c.series, number_of_instances = c.instances, modalities = c.modalities,
      study_date = ${a.studyDate}, study_time = ${a.studyTime}, accession_number = ${a.accessionNumber},
      issuer_of_accession = ${a.issuerOfAccession}, patient_name = ${a.patientName},
      patient_name_folded = ${a.patientNameFolded}, patient_name_other_folded = ${a.patientNameOtherFolded},
      patient_birth_date = ${a.patientBirthDate}, patient_sex = ${a.patientSex},
      issuer_of_patient_id = ${a.issuerOfPatientId}, referring_physician = ${a.referringPhysician},
      referring_physician_folded = ${a.referringPhysicianFolded}, study_id = ${a.studyId},
      description = ${a.description}, timezone_offset = ${a.timezoneOffset}
    from (
      select count(*)::int as series, coalesce(sum(number_of_instances), 0)::int as instances,
        coalesce(string_agg(distinct modality, '\\' order by modality), '') as modalities
      from series where study_id = ${study.id}::bigint and number_of_instances > 0) c
    where s.id = ${study.id}::bigint`
}
