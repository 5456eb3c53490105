import type { Transaction } from '@vna/database'
import type { Agreement, HolderFacts, OriginatorProof, StudyProofs } from './judge-holders.ts'

/** As `holder_studies.agreement` and `holder_studies.proof` hold them. */
export const agreementNumbers = { originator: 0, same: 1, unknown: 2, different: 3 } as const satisfies Record<
  Agreement,
  number
>
export const proofNumbers = { none: 0, published: 1, order: 2, 'uid-root': 3 } as const satisfies Record<
  OriginatorProof,
  number
>

export interface KnownHolders {
  readonly holders: readonly (HolderFacts & { readonly agreement: number; readonly proof: number })[]
  readonly proofs: StudyProofs
}

interface HolderRow {
  readonly entityId: number
  readonly agreement: number
  readonly proof: number
  readonly firstReceivedAt: Date
  readonly firstSegmentId: string
  readonly firstOffsetBlocks: number
  readonly name: string | null
  readonly birthDate: string | null
  readonly sex: string | null
  readonly identifiers: readonly { value: string; issuer: string }[] | null
  readonly orderedAt: Date | null
}

/** What the judgement on a study is made of; its rows are written, and it is locked. */
export async function readHolderFacts(tx: Transaction, studyId: number): Promise<KnownHolders> {
  const [rows, [proofs]] = await Promise.all([readHolders(tx, studyId), readProofs(tx, studyId)])
  const holders = rows.map((row) => ({
    entityId: row.entityId,
    agreement: row.agreement,
    proof: row.proof,
    first: {
      entityId: row.entityId,
      receivedAtMs: row.firstReceivedAt.getTime(),
      segmentId: row.firstSegmentId,
      offset: row.firstOffsetBlocks * 512,
      flags: 0,
    },
    person: {
      identifiers: row.identifiers ?? [],
      name: row.name ?? undefined,
      birthDate: row.birthDate ?? undefined,
      sex: row.sex ?? undefined,
    },
    orderedAtMs: row.orderedAt?.getTime(),
  }))
  const published = proofs?.published
  return {
    holders,
    proofs: {
      roots: proofs?.roots ?? [],
      published: published ? { atMs: Date.parse(published.at), patient: published.patient } : undefined,
    },
  }
}

/** With the identifiers that those of the header stand for. */
function readHolders(tx: Transaction, studyId: number) {
  return tx<HolderRow[]>`
    select h.holder_id as "entityId", h.agreement, h.proof, h.first_received_at as "firstReceivedAt",
      h.first_segment_id as "firstSegmentId", h.first_offset_blocks as "firstOffsetBlocks", h.patient_name as name,
      h.patient_birth_date as "birthDate", h.patient_sex as sex,
      (select json_agg(json_build_object('value', x.identifier, 'issuer', x.issuer)) from (
        with own as (
          select p.identifier, p.issuer_id from patients p where p.id = h.patient_id
          union select i.identifier, i.issuer_id from holder_identifiers i
          where i.study_id = h.id and i.holder_id = h.holder_id)
        select o.identifier, u.value as issuer from own o join issuers u on u.id = o.issuer_id
        union select t.resolved_identifier, t.resolved_issuer
        from own o join identities t on t.identifier = o.identifier and t.issuer_id = o.issuer_id
        where t.resolved_identifier is not null) x) as identifiers,
      (select min(o.received_at) from (
        select r.received_at from orders r where r.study_instance_uid = h.study_instance_uid and r.origin = n.code
        union all
        select r.received_at from orders r where r.accession_number = h.accession_number and r.accession_number <> ''
          and r.origin = n.code) o) as "orderedAt"
    from holder_studies h join entities n on n.id = h.holder_id
    where h.id = ${studyId}::bigint`
}

interface ProofRow {
  readonly roots: readonly { entityId: number; root: string }[] | null
  readonly published: { at: string; patient: { value: string; issuer: string } } | null
}

function readProofs(tx: Transaction, studyId: number) {
  return tx<ProofRow[]>`
    select
      (select json_agg(json_build_object('entityId', e.id, 'root', r.root))
        from entities e, unnest(e.uid_roots) r (root)
        where starts_with(s.study_instance_uid, r.root || '.')) as roots,
      (select json_build_object('at', m.created_at,
          'patient', json_build_object('value', m.patient_identifier, 'issuer', m.patient_issuer))
        from manifests m where m.study_instance_uid = s.study_instance_uid and m.registered_at is not null
        order by m.version limit 1) as published
    from studies s where s.id = ${studyId}::bigint`
}
