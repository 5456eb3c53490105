import type { Database } from '../../packages/database/src/index.ts'

type Rows = readonly Record<string, unknown>[]

export interface Contents {
  readonly studies: Rows
  readonly series: Rows
  readonly instances: Rows
  readonly copies: Rows
  readonly holders: Rows
  readonly holderInstances: Rows
  readonly quarantine: Rows
}

/** Everything the packs decide, without the numbers that only say in which order rows were made. */
export async function contentsOf(database: Database): Promise<Contents> {
  const { sql } = database
  const studies = await sql<Record<string, unknown>[]>`
    select s.study_instance_uid, p.identifier as patient, u.value as issuer, n.code as owner, s.first_received_at,
      s.last_received_at, k.segment_id as first_segment, s.first_offset_blocks, s.number_of_series,
      s.number_of_instances, s.several_holders, s.modalities, s.study_date, s.study_time, s.accession_number,
      s.issuer_of_accession, s.patient_name, s.patient_name_folded, s.patient_name_other_folded, s.patient_birth_date,
      s.patient_sex, s.issuer_of_patient_id, s.referring_physician, s.study_id, s.description, s.timezone_offset,
      (select coalesce(json_agg(i.identifier order by i.identifier), '[]') from patient_identifiers i
        where i.study_id = s.id) as identifiers
    from studies s left join patients p on p.id = s.patient_id left join issuers u on u.id = p.issuer_id join entities n on n.id = s.owner_entity_id
      join packs k on k.id = s.first_pack_id
    order by s.study_instance_uid`
  const series = await sql<Record<string, unknown>[]>`
    select s.study_instance_uid, e.series_instance_uid, e.number_of_instances, e.series_number, e.modality,
      e.description, e.request_attributes
    from series e join studies s on s.id = e.study_id order by 1, 2`
  const instances = await sql<Record<string, unknown>[]>`
    select s.study_instance_uid, e.series_instance_uid, i.sop_instance_uid, encode(i.sha256, 'hex') as sha256, i.current,
      n.code as entity, i.received_at, k.segment_id, i.offset_blocks, i.length_bytes, i.data_set_offset, i.seq, i.flags,
      i.instance_number, t.uid as transfer_syntax
    from instances i join studies s on s.id = i.study_id join series e on e.id = i.series_id
      join entities n on n.id = i.entity_id join packs k on k.id = i.pack_id join uids t on t.id = i.transfer_syntax_id
    order by 1, 3, 4`
  const copies = await sql<Record<string, unknown>[]>`
    select s.study_instance_uid, i.sop_instance_uid, encode(i.sha256, 'hex') as sha256, n.code as entity, c.received_at,
      k.segment_id, c.offset_blocks, c.length_bytes, c.data_set_offset, c.seq, c.flags
    from instance_copies c join studies s on s.id = c.study_id
      join instances i on i.study_id = c.study_id and i.sop_hash = c.sop_hash and i.version = c.version
      join entities n on n.id = c.entity_id join packs k on k.id = c.pack_id
    order by 1, 2, 3, k.segment_id, c.offset_blocks`
  const holders = await sql<Record<string, unknown>[]>`
    select s.study_instance_uid, n.code as entity, h.role, h.since
    from holders h join studies s on s.id = h.study_id join entities n on n.id = h.entity_id order by 1, 2, 3`
  const holderInstances = await sql<Record<string, unknown>[]>`
    select s.study_instance_uid, n.code as entity, e.series_instance_uid, i.sop_instance_uid, encode(i.sha256, 'hex') as sha256
    from holder_instances v join studies s on s.id = v.study_id join entities n on n.id = v.entity_id
      join series e on e.id = v.series_id
      join instances i on i.study_id = v.study_id and i.sop_hash = v.sop_hash and i.version = v.version
    order by 1, 2, 4`
  const quarantine = await sql<Record<string, unknown>[]>`
    select reason, detail, sop_instance_uid, study_instance_uid, encode(sha256, 'hex') as sha256, offset_blocks
    from quarantine order by sha256, offset_blocks`
  return { studies, series, instances, copies, holders, holderInstances, quarantine }
}
