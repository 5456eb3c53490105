import type { Sql } from '@vna/database'
import { runQuery } from '@vna/database'
import { storageSopClasses, transferSyntaxes } from '@vna/dicom'
import { catalogLimits } from '../limits.ts'
import { folderOf } from '../packs/insert-pack.ts'
import { type DictionaryEntry, ensureDictionaries } from './ensure-dictionaries.ts'
import type { DescribedInstance } from './prepared-instance.ts'
import type { CatalogQuarantineReason, ReceivedMember, RegisterPackInput } from './register-pack-input.ts'
import { setAside } from './set-aside.ts'

/** A pack with what its headers say, as columns hold it. */
export interface DescribedPack {
  readonly input: RegisterPackInput
  readonly described: readonly DescribedInstance[]
}

/** Makes the dictionary rows that a pack needs, and sets aside the instances whose entity brought too many new ones. */
export async function withKnownEntries(
  sql: Sql,
  pack: DescribedPack,
  knownValues: Set<string>,
): Promise<DescribedPack> {
  const { input } = pack
  const entityCodes = entityCodesOf(input)
  const folder = folderOf(input)
  const entries = new Map(entriesOf(pack).map((entry) => [keyOf(entry), entry]))
  const keys = [
    `folder ${folder}`,
    `journal ${input.journalId}`,
    ...entityCodes.map((code) => `entity ${code}`),
    ...entries.keys(),
  ]
  if (keys.every((key) => knownValues.has(key))) return pack
  const values = { folder, journal: input.journalId, entityCodes, entries: [...entries.values()] }
  const refused = new Set((await runQuery(async () => ensureDictionaries(sql, values))).map(keyOf))
  if (knownValues.size > catalogLimits.maxKnownValues) knownValues.clear()
  for (const key of keys) if (!refused.has(key)) knownValues.add(key)
  return refused.size === 0 ? pack : withoutRefused(pack, refused)
}

export function entityCodesOf(input: RegisterPackInput): readonly string[] {
  return [...new Set([...input.instances, ...input.quarantined].map(({ entityCode }) => entityCode))].sort()
}

function keyOf({ dictionary, value }: Pick<DictionaryEntry, 'dictionary' | 'value'>): string {
  return `${dictionary} ${value}`
}

function entriesOf({ input, described }: DescribedPack): readonly DictionaryEntry[] {
  const uids = described.flatMap(({ received }) => [
    uidEntry(received, received.header.sopClassUid),
    uidEntry(received, received.transferSyntaxUid),
  ])
  const ofQuarantined = input.quarantined.flatMap((member) =>
    member.transferSyntaxUid === undefined ? [] : [uidEntry(member, member.transferSyntaxUid)],
  )
  const issuers = described.flatMap((instance) =>
    issuersOf(instance).map((value) => ({ ...broughtBy(instance.received), dictionary: 'issuers' as const, value })),
  )
  return [...uids, ...ofQuarantined, ...issuers]
}

function uidEntry(member: ReceivedMember, value: string): DictionaryEntry {
  const isStandard = storageSopClasses.has(value) || transferSyntaxes.has(value)
  return { ...broughtBy(member), dictionary: 'uids', value, isStandard }
}

function broughtBy({ entityCode, receivedAt }: ReceivedMember) {
  return { entityCode, arrivedOn: new Date(receivedAt).toISOString().slice(0, 10), isStandard: false }
}

/** Where a header names no issuer the entity is the domain: one for each entity, which is no new key of a sender's making. */
function issuersOf({ studyAttributes }: DescribedInstance): readonly string[] {
  const { patientIssuer, otherIdentifiers } = studyAttributes
  return [...(patientIssuer === null ? [] : [patientIssuer]), ...otherIdentifiers.map(({ issuer }) => issuer)]
}

function withoutRefused({ input, described }: DescribedPack, refused: ReadonlySet<string>): DescribedPack {
  const isRefused = (dictionary: DictionaryEntry['dictionary'], value: string | undefined) =>
    value !== undefined && refused.has(keyOf({ dictionary, value }))
  const reasonOf = (instance: DescribedInstance): CatalogQuarantineReason | undefined => {
    const { header, transferSyntaxUid } = instance.received
    if (isRefused('uids', header.sopClassUid) || isRefused('uids', transferSyntaxUid)) return 'too-many-new-uids'
    return issuersOf(instance).some((issuer) => isRefused('issuers', issuer)) ? 'too-many-new-issuers' : undefined
  }
  const judged = described.map((instance) => ({ instance, reason: reasonOf(instance) }))
  const aside = judged.flatMap(({ instance, reason }) => (reason === undefined ? [] : [setAside(instance, reason)]))
  const kept = judged.flatMap(({ instance, reason }) => (reason === undefined ? [instance] : []))
  // A transfer syntax without a row cannot be named by one; its UID stays readable as the detail.
  const quarantined = [...input.quarantined, ...aside].map((member) =>
    isRefused('uids', member.transferSyntaxUid)
      ? {
          ...member,
          transferSyntaxUid: undefined,
          detail: member.detail ?? `transfer syntax ${member.transferSyntaxUid}`,
        }
      : member,
  )
  return { input: { ...input, instances: kept.map(({ received }) => received), quarantined }, described: kept }
}
