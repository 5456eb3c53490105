import {
  componentOf,
  type Hl7Header,
  type Hl7Message,
  type Hl7Repetition,
  headerOf,
  repetitionsOf,
  segmentsNamed,
  valueAt,
} from '@vna/hl7'
import { numbersAt, orderNumbersOf } from '../hl7v2/order-facts.ts'
import { patientOfPid } from '../hl7v2/patient-of-pid.ts'
import { FseError } from '../model/fse-error.ts'
import type { OrderIdentifier, ReportFacts } from '../model/report.ts'
import type { Attachment, CarriedReport } from './carried-report.ts'
import type { ReportDomains } from './domains.ts'
import { dayOf, distinct, momentOf } from './normalise.ts'
import { type ReportStage, versionedIdOf } from './versioned-id.ts'

type Version = Pick<
  ReportFacts,
  'uniqueId' | 'setId' | 'replaces' | 'appends' | 'type' | 'confidentiality' | 'createdAt' | 'withdrawn'
>

/** What a result (ORU^R01) or a document message (MDM) says of a report, and the documents it carries. */
export function readHl7Report(message: Hl7Message, domains: ReportDomains): CarriedReport {
  return { facts: factsOfHl7(message, domains), attachments: attachmentsOf(message) }
}

function factsOfHl7(message: Hl7Message, domains: ReportDomains): ReportFacts {
  const header = headerOf(message)
  const pid = segmentsNamed(message, 'PID')[0]
  const patient = patientOfPid(message, pid, domains.localPatientIssuer)
  const version = versionOf(message, header)
  if (segmentsNamed(message, 'PID').length > 1) throw new FseError('unsupported-message', { where: 'PID' })
  const obr = segmentsNamed(message, 'OBR')[0]
  return {
    format: 'hl7v2',
    ...version,
    patientIdentifiers: patient.identifiers,
    patientName: patient.name,
    patientBirthDate: patient.birthDate,
    ...orderNumbersOf(message, domains),
    examDate: dayOf(valueAt(message, obr, 7) ?? valueAt(message, segmentsNamed(message, 'TXA')[0], 4)),
    facility: header.sendingFacility,
  }
}

function versionOf(message: Hl7Message, header: Hl7Header): Version {
  if (header.type === 'ORU' && header.trigger === 'R01') return versionOfResult(message, header)
  if (header.type === 'MDM' && mdmEvents.has(header.trigger)) return versionOfDocument(message, header)
  throw new FseError('unsupported-message', { where: 'MSH-9' })
}

/**
 * An ORU has no number of its own: the order names the report (OBR-2, else OBR-3), and the time of the result (OBR-22),
 * else the message, tells corrections apart. A repeated message is the same version.
 */
function versionOfResult(message: Hl7Message, header: Hl7Header): Version {
  const obr = segmentsNamed(message, 'OBR')[0]
  const order = numbersAt(message, 'OBR', 2)[0] ?? numbersAt(message, 'OBR', 3)[0]
  if (order === undefined) throw new FseError('missing-report-id', { where: 'OBR-2' })
  const reportedAt = valueAt(message, obr, 22)
  const observed = segmentsNamed(message, 'OBX').map((obx) => valueAt(message, obx, 11))
  const status = valueAt(message, obr, 25) ?? observed[0] ?? 'F'
  const isWithdrawn = withdrawnResults.has(status) || isDeleted(observed)
  const setId = textOf(order)
  return {
    ...versionedIdOf(setId, {
      stage: isWithdrawn ? 'withdrawn' : stageOf(status),
      moment: reportedAt ?? header.controlId,
    }),
    setId,
    appends: [],
    type: loincOf(message),
    // Who takes a result back may repeat its time: what counts is when they say so.
    createdAt: momentOf((isWithdrawn ? header.sentAt : undefined) ?? reportedAt ?? header.sentAt),
    ...(isWithdrawn && { withdrawn: true }),
  }
}

/** Table 0123 has X (order cancelled); some senders put the codes of table 0085 into OBR-25. */
const withdrawnResults: ReadonlySet<string> = new Set(['X', 'D', 'W'])

/** Table 0085: every line is deleted (D) or was wrong (W), whatever OBR-25 says of the whole. */
function isDeleted(observed: readonly (string | undefined)[]): boolean {
  return observed.length > 0 && observed.every((status) => status === 'D' || status === 'W')
}

/** Tables 0123 (OBR-25) and 0085 (OBX-11): corrected; preliminary, partial, not verified or nothing yet; else final. */
function stageOf(status: string): ReportStage {
  if (status === 'C') return 'changed'
  return ['P', 'A', 'R', 'S', 'I', 'O'].includes(status) ? 'preliminary' : 'final'
}

const cancellation = 'T11'
/** Original, addendum, edit, replacement: each with content or as a notification without; and a document cancelled. */
const mdmEvents: ReadonlySet<string> = new Set(['T01', 'T02', 'T05', 'T06', 'T07', 'T08', 'T09', 'T10', cancellation])
const addenda: ReadonlySet<string> = new Set(['T05', 'T06'])
const replacements: ReadonlySet<string> = new Set(['T09', 'T10'])

/** TXA-12 numbers the document, TXA-13 its parent. */
function versionOfDocument(message: Hl7Message, header: Hl7Header): Version {
  const txa = segmentsNamed(message, 'TXA')[0]
  const [document] = numbersAt(message, 'TXA', 12).map(textOf)
  const parents = distinct(numbersAt(message, 'TXA', 13).map(textOf))
  if (document === undefined) throw new FseError('missing-report-id', { where: 'TXA-12' })
  return {
    uniqueId: document,
    replaces: replacements.has(header.trigger) ? parents : [],
    appends: addenda.has(header.trigger) ? parents : [],
    type: loincOf(message),
    confidentiality: confidentialityOf(valueAt(message, txa, 18)),
    createdAt: momentOf(valueAt(message, txa, 7) ?? valueAt(message, txa, 6) ?? header.sentAt),
    ...(header.trigger === cancellation && { withdrawn: true }),
  }
}

function textOf({ value, issuer }: OrderIdentifier): string {
  return issuer === undefined ? value : `${issuer}|${value}`
}

/** Table 0272: usual control, restricted, very restricted. */
function confidentialityOf(code: string | undefined): ReportFacts['confidentiality'] {
  const codes = new Map([
    ['U', 'N'],
    ['R', 'R'],
    ['V', 'V'],
  ] as const)
  return codes.get(code?.toUpperCase() as 'U')
}

/** The first LOINC that names the document: of OBR-4, else of an OBX. */
function loincOf(message: Hl7Message): string | undefined {
  const coded = [
    ...segmentsNamed(message, 'OBR').flatMap((obr) => repetitionsOf(message, obr, 4)),
    ...segmentsNamed(message, 'OBX').flatMap((obx) => repetitionsOf(message, obx, 3)),
  ]
  const pairs = coded.flatMap((value) => [1, 4].map((n) => [componentOf(value, n), componentOf(value, n + 2)]))
  return pairs.find(([, system]) => system === 'LN')?.[0]
}

/** OBX-5 of type ED: source ^ type ^ subtype ^ encoding ^ data. */
function attachmentsOf(message: Hl7Message): readonly Attachment[] {
  const encapsulated = segmentsNamed(message, 'OBX').filter((obx) => valueAt(message, obx, 2) === 'ED')
  return encapsulated.flatMap((obx) => {
    const [data] = repetitionsOf(message, obx, 5)
    const base64 = componentOf(data, 5)
    const isBase64 = componentOf(data, 4)?.toLowerCase() === 'base64'
    return isBase64 && base64 !== undefined ? [{ contentType: mediaTypeOf(data), base64 }] : []
  })
}

/** Table 0191 names a type and 0291 a subtype; many write PDF in either place. What says nothing is left to the bytes. */
function mediaTypeOf(data: Hl7Repetition | undefined): string {
  const names = [componentOf(data, 2), componentOf(data, 3)].map((name) => name?.toLowerCase())
  if (names.includes('pdf')) return 'application/pdf'
  return names.includes('xml') || names.includes('x-hl7-cda-level-one') ? 'text/xml' : ''
}
