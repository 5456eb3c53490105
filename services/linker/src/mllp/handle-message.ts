import { randomUUID } from 'node:crypto'
import { type AccessControl, AccessError, type ActionKind, type AssociationCaller, type Grant } from '@vna/access'
import { CatalogError } from '@vna/database'
import { type AdtPatient, adtFactsOf, FseError, orderFactsOf } from '@vna/fse'
import {
  type AckCode,
  type AckErrorCode,
  ackErrorCodes,
  encodeAck,
  Hl7Error,
  type Hl7Header,
  type Hl7Message,
  headerOf,
  parseHl7Message,
} from '@vna/hl7'
import { ProblemError } from '@vna/http'
import { isNationalIssuer } from '@vna/identifiers'
import { cleanIdentifier, type Identifier, type IdentityCatalog } from '@vna/record'
import { identifierOf } from '../identity/identities-of-patient.ts'
import { planIdentities } from '../identity/plan-identities.ts'
import { type IntakeDependencies, originOf, receiveReport } from '../intake/receive-report.ts'
import type { LinkerDependencies } from '../linker-dependencies.ts'
import { entityOfMessage, type KnownSender } from './known-hosts.ts'
import { mllpListenerLimits } from './mllp-limits.ts'

export type MessageDependencies = Pick<LinkerDependencies, 'catalog' | 'healthRecord' | 'logger' | 'transmissions'> & {
  readonly access: Pick<AccessControl, 'authorize'>
  readonly intake: IntakeDependencies
}

export interface HandledMessage {
  readonly ack: Uint8Array
  readonly code: AckCode
}

interface Arrived {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly header: Hl7Header
  /** Code of the entity that speaks; absent: nobody this archive knows by name. */
  readonly entityCode: string | undefined
  readonly source: string
}

/** Does what one message says and answers it. Never throws: every failure is an acknowledgement. */
export async function handleMessage(
  dependencies: MessageDependencies,
  sender: KnownSender,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<HandledMessage> {
  let msh: Hl7Message | undefined
  let grant: Grant | undefined
  try {
    msh = parseHl7Message(firstSegment(bytes))
    const arrived = arrivedOf(sender, headerOf(msh), bytes)
    const kind = kindOf(arrived)
    // Before it is done: what leaves no trace is not done.
    grant = await dependencies.access.authorize(callerOf(sender, arrived), { kind: kind.action }, objectOf(arrived))
    await kind.act(dependencies, arrived, grant)
    return { code: 'AA', ack: encodeAck(msh, { code: 'AA', ...answerIdentity() }) }
  } catch (error) {
    const failure = failureOf(error)
    if (failure.isOurs) dependencies.logger.error({ err: error }, 'an HL7 message could not be handled')
    await grant?.record('failed').catch(() => undefined)
    const { code, text, errorCode, location } = failure
    const problem = { code: errorCode, text, ...(location !== undefined && { location }) }
    return { code, ack: encodeAck(msh, { code, error: problem, ...answerIdentity() }) }
  }
}

/** MSH-10 has at most 20 characters in the versions in use. */
const controlIdChars = 20

function answerIdentity(): { readonly controlId: string; readonly at: string } {
  const at = new Date().toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return { controlId: randomUUID().replaceAll('-', '').slice(0, controlIdChars), at: `${at}+0000` }
}

/** Enough to know what it is about and whom to answer; the rest is read by whoever the message is for. */
function firstSegment(bytes: Uint8Array): Uint8Array {
  const end = bytes.findIndex((byte) => byte === 0x0d || byte === 0x0a)
  return bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, mllpListenerLimits.maxSmallMessageBytes))
}

function arrivedOf(sender: KnownSender, header: Hl7Header, bytes: Uint8Array<ArrayBuffer>): Arrived {
  const entity = entityOfMessage(sender, header)
  const name = entity?.code ?? header.sendingFacility ?? header.sendingApplication ?? 'unnamed'
  return { bytes, header, entityCode: entity?.code, source: `mllp:${name}` }
}

/** What a message of one type asks for, and what is done then. */
interface MessageKind {
  readonly action: ActionKind
  act(dependencies: MessageDependencies, arrived: Arrived, grant: Grant): Promise<void>
}

/** Every message that is handled, by MSH-9.1. */
export const messageKinds: Readonly<Record<string, MessageKind>> = {
  ADT: { action: 'announce-patients', act: changeIdentities },
  ORU: { action: 'store-report', act: receive },
  MDM: { action: 'store-report', act: receive },
  ORM: { action: 'store-order', act: keepOrder },
  OMG: { action: 'store-order', act: keepOrder },
  OMI: { action: 'store-order', act: keepOrder },
}

function kindOf({ header }: Arrived): MessageKind {
  return (Object.hasOwn(messageKinds, header.type) ? messageKinds[header.type] : undefined) ?? unsupported
}

/** Of any other type it is recorded that it came, and that nothing was done. */
const unsupported: MessageKind = {
  action: 'associate',
  act: () => Promise.reject(new FseError('unsupported-message', { where: 'MSH-9' })),
}

function callerOf({ address }: KnownSender, { source, entityCode }: Arrived): AssociationCaller {
  return { kind: 'association', name: source, address, entityCode, isKnownHost: true }
}

function objectOf({ header }: Arrived): Readonly<Record<string, unknown>> {
  return { resource: 'hl7', type: header.type, trigger: header.trigger }
}

function smallMessage({ bytes }: Arrived): Hl7Message {
  const limit = mllpListenerLimits.maxSmallMessageBytes
  if (bytes.length > limit) throw new FseError('too-large', { limit })
  return parseHl7Message(bytes)
}

function localIssuerOf({ entityCode }: Arrived): { readonly localPatientIssuer?: string } {
  return entityCode === undefined ? {} : { localPatientIssuer: `entity:${entityCode}` }
}

async function changeIdentities({ healthRecord }: MessageDependencies, arrived: Arrived): Promise<void> {
  const { identity } = healthRecord
  const { event, patients } = adtFactsOf(smallMessage(arrived), localIssuerOf(arrived))
  const named = patients.flatMap(({ identifiers, replacedIdentifiers }) =>
    [...identifiers, ...replacedIdentifiers].map((one) => cleanIdentifier(identifierOf(one))),
  )
  await checkDomains(identity, named, arrived)
  if (event === 'A37') {
    // Either may have been merged into the other. A national one is not the sender's to tell apart.
    const own = named.filter(({ issuer }) => !isNationalIssuer(issuer))
    for (const merged of own) await identity.unmergeIdentities({ merged, source: arrived.source })
    return
  }
  for (const patient of patients) await changePatient(identity, patient, { arrived, isCorrection: event === 'A47' })
}

async function changePatient(
  identity: IdentityCatalog,
  patient: AdtPatient,
  { arrived, isCorrection }: { readonly arrived: Arrived; readonly isCorrection: boolean },
): Promise<void> {
  const named = [...patient.identifiers, ...patient.replacedIdentifiers].map(identifierOf)
  const resolved = await identity.resolveIdentifiers(named)
  const known = new Map(resolved.map((one) => [`${one.issuer}\n${one.identifier}`, one]))
  const plan = planIdentities(patient, {
    isCorrection,
    source: arrived.source,
    resolve: ({ issuer, identifier }) => known.get(`${issuer}\n${identifier}`) ?? { national: undefined },
  })
  await identity.linkIdentities(plan.links)
  for (const merge of plan.merges) await identity.mergeIdentities(merge)
  for (const merge of plan.proposals) await identity.proposeMerge(merge)
}

/** Nobody speaks for the numbers of another entity: each domain has one owner, and the first who names it is it. */
async function checkDomains(
  identity: IdentityCatalog,
  named: readonly Identifier[],
  { entityCode }: Arrived,
): Promise<void> {
  if (entityCode === undefined) throw new Error('a sender without an entity was allowed')
  const owners = await identity.claimDomains({ domains: named.map(({ issuer }) => issuer), entityCode })
  if (owners.some((owner) => owner.entityCode !== entityCode))
    throw new FseError('foreign-domain', { where: 'PID-3.4' })
}

async function receive({ intake }: MessageDependencies, { bytes }: Arrived, grant: Grant): Promise<void> {
  const order = {
    origin: originOf(grant),
    source: 'mllp',
    contentType: 'application/hl7-v2',
    within: grant.predicate,
  } as const
  await receiveReport(intake, { ...order, bytes })
}

const cancelled: ReadonlySet<string> = new Set(['CA', 'OC', 'CR'])

async function keepOrder({ healthRecord, intake }: MessageDependencies, arrived: Arrived, grant: Grant): Promise<void> {
  const facts = orderFactsOf(smallMessage(arrived), localIssuerOf(arrived))
  if (facts.control !== undefined && cancelled.has(facts.control)) return
  const order = { origin: originOf(grant), receivedAt: new Date(), fillers: facts.fillerOrders }
  const placers = [...facts.placerOrders, ...facts.prescriptions.map((value) => ({ value }))]
  const [studyInstanceUid] = facts.studyInstanceUids
  const accessions = facts.accessions.length > 0 ? facts.accessions : [undefined]
  for (const accession of accessions) {
    const studies = await healthRecord.reports.receiveOrder({ ...order, placers, accession, studyInstanceUid })
    for (const uid of studies) await intake.evaluator.evaluateStudy(uid)
  }
}

interface Failure {
  readonly code: AckCode
  readonly errorCode: AckErrorCode
  readonly text: string
  readonly location?: string | undefined
  readonly isOurs: boolean
}

/** AE: the message is wrong and stays so. AR: not taken now, or not for this archive. */
function failureOf(error: unknown): Failure {
  if (error instanceof FseError || error instanceof Hl7Error) return failureOfDocument(error)
  if (error instanceof AccessError && error.code === 'forbidden') {
    return {
      code: 'AR',
      errorCode: ackErrorCodes.unknownKey,
      text: 'MSH-4 names no entity',
      location: 'MSH^1^4',
      isOurs: false,
    }
  }
  if (error instanceof CatalogError && !error.retryable && error.code !== 'internal') {
    return { code: 'AE', errorCode: ackErrorCodes.internalError, text: error.message, isOurs: false }
  }
  const isRefusal = error instanceof ProblemError && error.code === 'bad-request'
  if (isRefusal) return { code: 'AE', errorCode: ackErrorCodes.dataType, text: error.message, isOurs: false }
  return { code: 'AR', errorCode: ackErrorCodes.internalError, text: 'not now, send it again later', isOurs: true }
}

function failureOfDocument({ code, message, where }: FseError | Hl7Error): Failure {
  const location = where === undefined ? undefined : where.replace('-', '^1^')
  if (code === 'unsupported-message') {
    return { code: 'AR', errorCode: ackErrorCodes.unsupportedEvent, text: message, location, isOurs: false }
  }
  const isMissing = code.startsWith('missing-')
  const errorCode = isMissing ? ackErrorCodes.requiredFieldMissing : ackErrorCodes.dataType
  return { code: 'AE', errorCode, text: message, location, isOurs: false }
}
