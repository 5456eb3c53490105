import type { Sql, Transaction } from '@vna/database'
import { CatalogError, runTransaction } from '@vna/database'
import type { StudyAttributes } from '../header/study-attributes.ts'
import type { SamePerson } from '../holders/judge-holders.ts'
import { catalogLimits } from '../limits.ts'
import { insertPack } from '../packs/insert-pack.ts'
import { isPackKnown } from '../packs/is-pack-known.ts'
import { insertPatients, type PatientKey } from '../patients/insert-patients.ts'
import { insertQuarantined } from '../quarantine/insert-quarantined.ts'
import { findStudyRevisions } from '../studies/find-study-revisions.ts'
import { lockStudies } from '../studies/lock-studies.ts'
import { findSendingEntities } from './find-sending-entities.ts'
import { isLostDictionary, requireAllInserted } from './lost-dictionary.ts'
import { type DescribedInstance, describeInstances, prepareInstances } from './prepared-instance.ts'
import type { RegisterPackInput, RegisterPackResult } from './register-pack-input.ts'
import { registerStudy } from './register-study.ts'
import { setAside } from './set-aside.ts'
import { groupByStudy } from './study-batch.ts'
import { type DescribedPack, entityCodesOf, withKnownEntries } from './with-known-entries.ts'

export interface RegisterPackOptions {
  readonly defaultStudyStableMs: number
  /** Dictionary values this process has seen in the database. */
  readonly knownValues: Set<string>
  /** Whether holders of one study speak of one person. */
  readonly samePerson: SamePerson
}

/**
 * Registers a sealed segment, all of it or nothing, in one transaction. Repeating it changes nothing; registering the same
 * packs in any order gives the same answers. Locks are taken patient → study → series → instance, each sorted.
 */
export async function registerPack(
  sql: Sql,
  input: RegisterPackInput,
  options: RegisterPackOptions,
): Promise<RegisterPackResult> {
  const placed = withoutUnplaceable(checkInput(input))
  const described = { input: placed, described: describeInstances(placed.instances) }
  for (let attempt = 1; ; attempt++) {
    const pack = await withKnownEntries(sql, described, options.knownValues)
    try {
      return await runTransaction(sql, (tx) => register(tx, pack, options))
    } catch (error) {
      if (!isLostDictionary(error) || attempt === catalogLimits.maxDictionaryAttempts) throw error
      options.knownValues.clear()
    }
  }
}

async function register(
  tx: Transaction,
  { input, described }: DescribedPack,
  options: RegisterPackOptions,
): Promise<RegisterPackResult> {
  const patients = patientsOf(described)
  // Sent together and taken in order: patients before studies.
  const [packId, entities, knownPatients, locked] = await Promise.all([
    insertPack(tx, input),
    findSendingEntities(tx, entityCodesOf(input)),
    insertPatients(tx, patients),
    lockStudies(tx, studyUidsOf(input)),
  ])
  if (packId === undefined) return findRegistered(tx, input)
  requireAllInserted(entities.size, entityCodesOf(input).length)
  requireAllInserted(knownPatients, patients.length)
  const prepared = prepareInstances(input.segmentId, described, entities)
  const stableMs = new Map([...entities.values()].map(({ id, studyStableMs }) => [id, studyStableMs]))
  const stableMsOf = (entityId: number) => stableMs.get(entityId) ?? options.defaultStudyStableMs
  const studies: { studyInstanceUid: string; revision: number }[] = []
  for (const batch of groupByStudy(prepared, { packId, stableMsOf })) {
    const { studyInstanceUid } = batch
    const revision = await registerStudy(tx, batch, {
      isLocked: locked.has(studyInstanceUid),
      samePerson: options.samePerson,
    })
    studies.push({ studyInstanceUid, revision })
  }
  requireAllInserted(await insertQuarantined(tx, packId, input.quarantined), input.quarantined.length)
  return { studies, alreadyRegistered: false }
}

/** Also reached when the row of the journal or folder was lost: then the studies may be missing too. */
async function findRegistered(tx: Transaction, input: RegisterPackInput): Promise<RegisterPackResult> {
  const studyUids = studyUidsOf(input)
  const [studies, isKnown] = await Promise.all([findStudyRevisions(tx, studyUids), isPackKnown(tx, input)])
  requireAllInserted(isKnown ? 1 : 0, 1)
  return { studies, alreadyRegistered: true }
}

function studyUidsOf(input: RegisterPackInput): readonly string[] {
  return [...new Set(input.instances.map(({ header }) => header.studyInstanceUid))]
}

function patientsOf(described: readonly DescribedInstance[]): readonly PatientKey[] {
  const seen = new Set<StudyAttributes>()
  const patients = new Map<string, PatientKey>()
  for (const { studyAttributes } of described) {
    if (seen.has(studyAttributes)) continue
    seen.add(studyAttributes)
    const { patientIdentifier: identifier, patientIssuer: issuer } = studyAttributes
    if (identifier !== null && issuer !== null) patients.set(`${issuer}\n${identifier}`, { identifier, issuer })
  }
  return [...patients.values()]
}

function checkInput(input: RegisterPackInput): RegisterPackInput {
  if (!input.packKey.endsWith(`/${input.segmentId}.tar`)) {
    throw new CatalogError('invalid-input', 'a pack key ends in its segment id')
  }
  for (const { offset } of [...input.instances, ...input.quarantined]) {
    if (offset % 512 !== 0) throw new CatalogError('invalid-input', 'a tar member starts at a multiple of 512')
  }
  return input
}

/** An instance that cannot be a row (no UID to find it by) is kept all the same, where an operator sees it. */
function withoutUnplaceable(input: RegisterPackInput): RegisterPackInput {
  const isPlaceable = ({ header }: RegisterPackInput['instances'][number]) =>
    header.studyInstanceUid !== '' && header.sopInstanceUid !== '' && header.sopClassUid !== ''
  const unplaceable = input.instances.filter((instance) => !isPlaceable(instance))
  if (unplaceable.length === 0) return input
  const quarantined = unplaceable.map((received) => setAside({ received }, 'missing-uid'))
  return {
    ...input,
    instances: input.instances.filter(isPlaceable),
    quarantined: [...input.quarantined, ...quarantined],
  }
}
