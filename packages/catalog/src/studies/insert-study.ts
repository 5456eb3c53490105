import type { Transaction } from '@vna/database'
import type { StudyAttributes } from '../header/study-attributes.ts'
import type { Arrival } from '../versions/current-version.ts'

export interface NewStudy {
  readonly studyInstanceUid: string
  readonly packId: number
  readonly stableMs: number
  readonly first: Arrival
  readonly lastReceivedAtMs: number
  readonly numberOfSeries: number
  readonly numberOfInstances: number
  readonly modalities: string
  readonly attributes: StudyAttributes
}

/** Inserts a study nobody has seen, complete, and its due time; `undefined` when it exists, after waiting for whoever is inserting it. */
export async function insertStudy(tx: Transaction, study: NewStudy): Promise<number | undefined> {
  const a = study.attributes
  const [row] = await tx<{ id: number }[]>`
    with inserted as (
    insert into studies (patient_id, first_received_at, last_received_at, first_pack_id, first_offset_blocks,
      number_of_series, number_of_instances, owner_entity_id, study_instance_uid, modalities, study_date,
      study_time, accession_number, issuer_of_accession, patient_name, patient_name_folded, patient_name_other_folded,
      patient_birth_date, patient_sex, issuer_of_patient_id, referring_physician, referring_physician_folded, study_id,
      description, timezone_offset, visibility)
    values (
      (select p.id from patients p join issuers u on u.id = p.issuer_id
        where p.identifier = ${a.patientIdentifier} and u.value = ${a.patientIssuer}),
      ${new Date(study.first.receivedAtMs)}, ${new Date(study.lastReceivedAtMs)}, ${study.packId}::bigint,
      ${study.first.offset / 512}::int, ${study.numberOfSeries}::int, ${study.numberOfInstances}::int,
      ${study.first.entityId}::smallint, ${study.studyInstanceUid}, ${study.modalities},
      ${a.studyDate}, ${a.studyTime}, ${a.accessionNumber}, ${a.issuerOfAccession}, ${a.patientName},
      ${a.patientNameFolded}, ${a.patientNameOtherFolded}, ${a.patientBirthDate}, ${a.patientSex},
      ${a.issuerOfPatientId}, ${a.referringPhysician}, ${a.referringPhysicianFolded}, ${a.studyId}, ${a.description},
      ${a.timezoneOffset}, decided_visibility('study', ${study.studyInstanceUid}))
    on conflict ((md5(study_instance_uid)::uuid)) do nothing
    returning id),
    due as (
      insert into due_studies (study_id, stable_at)
      select id, clock_timestamp() + ${study.stableMs}::int * interval '1 millisecond' from inserted)
    select id from inserted`
  return row?.id
}
