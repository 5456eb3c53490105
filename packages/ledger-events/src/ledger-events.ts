import { z } from 'zod'
import { type EventDefinition, first } from './event-definition.ts'

/**
 * Every event that the ledger may hold: the decisions of persons, of the health record and of this archive that no pack knows.
 * A released version is never edited; a change is a further version (`next`) with an upcast.
 */

const text = z.string()
const texts = z.array(text).readonly()
const count = z.int().nonnegative()
/** As `Date.toISOString` and PostgreSQL write it: what no calendar has is refused before it becomes a decision of no time. */
const moment = text.refine((value) => !Number.isNaN(Date.parse(value)), 'no moment')
const uuid = text.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)
const hex = text.regex(/^[0-9a-f]*$/)

const identifier = z.object({ issuer: text, identifier: text })
const numberInDomain = z.object({ value: text, issuer: text.optional() })
const numbersInDomain = z.array(numberInDomain).readonly()

const entity = z.object({
  code: text,
  kind: z.enum(['EEP', 'EEPA']),
  name: text,
  status: z.enum(['active', 'suspended']),
  aeTitles: texts,
  calledAliases: texts,
  hosts: texts,
  port: z.int().nullable(),
  certificateSubjects: texts,
  duplicatePolicy: z.enum(['version', 'keep-first', 'refuse']),
  studyStableMs: count.nullable(),
  privateSopClasses: texts,
  since: moment,
})

/** What a report says beside its text. */
const reportFacts = z.object({
  format: z.enum(['cda2', 'fhir', 'hl7v2', 'dicom-sr', 'dicom-pdf']),
  uniqueId: text,
  setId: text.optional(),
  version: z.int().optional(),
  replaces: texts,
  appends: texts,
  aliases: texts.optional(),
  type: text.optional(),
  confidentiality: z.enum(['N', 'R', 'V']).optional(),
  patientIdentifiers: z.array(z.object({ value: text, issuer: text })).readonly(),
  patientName: text.optional(),
  patientBirthDate: text.optional(),
  studyInstanceUids: texts,
  accessions: numbersInDomain,
  placerOrders: numbersInDomain,
  fillerOrders: numbersInDomain,
  prescriptions: texts,
  examDate: text.optional(),
  modalities: texts,
  procedureCodes: z.array(z.object({ code: text, system: text })).readonly(),
  facility: text.optional(),
  createdAt: text.optional(),
  withdrawn: z.boolean().optional(),
})

/** Also as PostgreSQL writes an array, `{CT,SR}`: so the rows of manifests were kept from the first release on. */
const columnOfTexts = z.union([texts, text])

/** Columns of a manifest as the catalog keeps them. */
const manifest = z.object({
  study_instance_uid: text,
  version: z.int().positive(),
  created_at: moment,
  registered_at: moment.nullable(),
  state: text,
  profile: text,
  content_hash: text,
  manifest_uid: text,
  kos_id: text,
  fhir_id: text,
  viewer_endpoint_id: text.nullable(),
  kos_key: text,
  kos_size_bytes: count,
  kos_sha1: text,
  fhir_key: text,
  fhir_size_bytes: count,
  fhir_sha1: text,
  kos_reference: text.nullable(),
  fhir_reference: text.nullable(),
  patient_issuer: text,
  patient_identifier: text,
  study_date: text.nullable(),
  modalities: columnOfTexts,
  regions: columnOfTexts,
  accessions: columnOfTexts,
  /** DocumentReference of each format. */
  entries: z.object({ kos: z.unknown(), fhir: z.unknown() }),
})

const linkStates = ['LINKED', 'REVIEW', 'REJECTED_CONFLICT', 'UNLINKED', 'SUPERSEDED'] as const

export const ledgerEvents = {
  'entity-added': first(entity),
  'entity-updated': first(entity),

  'identity-linked': first(
    z.object({
      issuer: text,
      identifier: text,
      /** Null takes it away, absent leaves it. */
      national: identifier.nullish(),
      name: text.optional(),
      birthDate: text.optional(),
      sex: text.optional(),
      source: text,
      at: moment,
    }),
    { person: ['issuer', 'identifier', 'national', 'name', 'birthDate', 'sex'] },
  ),
  'identity-merged': first(z.object({ survivor: identifier, merged: identifier, source: text, at: moment }), {
    person: ['survivor', 'merged'],
  }),
  'identity-unmerged': first(z.object({ merged: identifier, source: text, at: moment }), { person: ['merged'] }),

  /** Whose numbers a domain of identifiers has. */
  'domain-assigned': first(z.object({ domain: text, entityCode: text, at: moment })),
  'merge-proposed': first(z.object({ survivor: identifier, merged: identifier, source: text, at: moment }), {
    person: ['survivor', 'merged'],
  }),
  /** What a person said to a proposal; the merge is an event of its own. */
  'merge-decided': first(z.object({ id: uuid, decision: z.enum(['confirm', 'refuse']), by: text, at: moment })),

  'report-received': first(
    z.object({
      id: uuid,
      origin: text,
      source: z.enum(['http', 'mllp', 'instance']),
      contentType: text,
      documentKey: text,
      sizeBytes: count,
      sha256: hex,
      receivedAt: moment,
      studyInstanceUid: text.optional(),
      facts: reportFacts,
    }),
    { person: ['facts'] },
  ),
  // A withdrawal or a decision on a link counts whether or not its reason, free text, was erased.
  'report-withdrawn': first(z.object({ id: uuid, by: text, reason: text, at: moment }), {
    person: ['reason'],
    erased: { reason: 'erased' },
  }),
  'link-decided': first(
    z.object({
      reportId: uuid,
      studyInstanceUid: text,
      decision: z.enum(['accept', 'refuse', 'unlink']),
      by: text,
      reason: text,
      at: moment,
    }),
    { person: ['reason'], erased: { reason: 'erased' } },
  ),
  'link-changed': first(
    z.object({
      reportId: uuid,
      studyInstanceUid: text,
      state: z.enum(linkStates),
      tier: text,
      score: z.number(),
      /** Codes of rules and of their outcome, no values. */
      evidence: z.array(z.object({ key: text, outcome: text })).readonly(),
      decidedBy: text.optional(),
      reason: text.optional(),
      at: moment,
    }),
    { person: ['reason'], erased: { reason: 'erased' } },
  ),
  'order-received': first(
    z.object({
      origin: text,
      receivedAt: moment,
      accession: numberInDomain.optional(),
      studyInstanceUid: text.optional(),
      placers: numbersInDomain,
      fillers: numbersInDomain,
    }),
    { person: ['accession', 'placers', 'fillers'] },
  ),

  'visibility-changed': first(
    z.object({
      kind: z.enum(['study', 'report']),
      id: text,
      visibility: z.enum(['normal', 'hidden']),
      by: text,
      at: moment,
    }),
    // A citizen may be who decided. Erased or not, what is hidden stays hidden.
    { person: ['by'], erased: { by: 'erased' } },
  ),

  'accession-generated': first(
    z.object({ studyInstanceUid: text, accessionNumber: text, issuer: text, createdAt: moment }),
  ),
  'manifest-registered': first(manifest, {
    person: ['patient_issuer', 'patient_identifier', 'study_date', 'accessions', 'entries'],
  }),
  'manifest-withdrawn': first(z.object({ studyInstanceUid: text, manifestUid: text })),
  'instances-rejected': first(
    z.object({
      studyInstanceUid: text,
      sopInstanceUids: texts,
      /** Absent: for all who sent them. */
      entityCode: text.optional(),
      reason: z.enum(['113001', '113037', '113038', '113039']),
      rejectedAt: moment,
    }),
  ),

  /** Tokens that count no longer: one by its number, or those of an entity or a role that were issued until then. */
  'tokens-revoked': first(
    z.object({
      id: uuid,
      tokenId: text.optional(),
      entityCode: text.optional(),
      role: text.optional(),
      issuedBefore: moment,
      by: text,
      reason: text,
      at: moment,
    }),
    // What is revoked stays revoked.
    { person: ['reason'], erased: { reason: 'erased' } },
  ),

  /** A hash of the audit trail by the number of its entry; 0 begins a trail. */
  'audit-anchor': first(z.object({ seq: count, hash: hex })),
} as const satisfies Readonly<Record<string, EventDefinition>>

export type LedgerEventType = keyof typeof ledgerEvents

export type LedgerEventPayload<Type extends LedgerEventType> =
  (typeof ledgerEvents)[Type] extends EventDefinition<infer Payload> ? Payload : never

/** An event of its current version. */
export type LedgerEvent<Type extends LedgerEventType = LedgerEventType> = {
  [One in Type]: { readonly type: One; readonly payload: LedgerEventPayload<One> }
}[Type]

export const ledgerEventTypes = Object.keys(ledgerEvents) as readonly LedgerEventType[]

export function isLedgerEventType(value: unknown): value is LedgerEventType {
  return typeof value === 'string' && Object.hasOwn(ledgerEvents, value)
}
