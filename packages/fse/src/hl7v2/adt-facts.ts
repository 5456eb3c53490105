import { type Hl7Header, type Hl7Message, type Hl7Segment, headerOf, repetitionsOf } from '@vna/hl7'
import { FseError } from '../model/fse-error.ts'
import type { PatientIdentifier } from '../model/identifiers.ts'
import { type Hl7Patient, identifiersOf, patientOfPid } from './patient-of-pid.ts'

const adtEvents = ['A01', 'A04', 'A08', 'A28', 'A31', 'A37', 'A40', 'A47'] as const
export type AdtEvent = (typeof adtEvents)[number]

export interface AdtPatient extends Hl7Patient {
  /** Identifiers that were the patient's and are no more (MRG-1): only of a merge. */
  readonly replacedIdentifiers: readonly PatientIdentifier[]
}

export interface AdtFacts extends Hl7Header {
  readonly event: AdtEvent
  /** One, except in a merge of several (A40, A47) and where two are told apart again (A37). */
  readonly patients: readonly AdtPatient[]
}

export interface AdtOptions {
  /** Issuer of numbers that name none, such as `entity:ASST-TEST` of the sender; without it they are left out. */
  readonly localPatientIssuer?: string | undefined
}

/** What the cross-reference learns of an ADT message. A04 and A08 use the structure of A01, A28 and A31 that of A05. */
export function adtFactsOf(message: Hl7Message, { localPatientIssuer }: AdtOptions = {}): AdtFacts {
  const header = headerOf(message)
  const event = adtEvents.find((name) => name === header.trigger)
  if (header.type !== 'ADT' || event === undefined) throw new FseError('unsupported-message', { where: 'MSH-9' })
  const patients = groupsOf(message).map(({ pid, mrg }) => ({
    ...patientOfPid(message, pid, localPatientIssuer),
    replacedIdentifiers: identifiersOf(repetitionsOf(message, mrg, 1), localPatientIssuer),
  }))
  requirePatients(patients, event)
  return { ...header, event, patients }
}

function requirePatients(patients: readonly AdtPatient[], event: AdtEvent): void {
  if (patients.length === 0) throw new FseError('missing-patient', { where: 'PID' })
  if (patients.some(({ identifiers }) => identifiers.length === 0)) {
    throw new FseError('missing-patient', { where: 'PID-3' })
  }
  if (
    (event === 'A40' || event === 'A47') &&
    patients.some(({ replacedIdentifiers }) => replacedIdentifiers.length === 0)
  ) {
    throw new FseError('missing-patient', { where: 'MRG-1' })
  }
}

interface PatientGroup {
  readonly pid: Hl7Segment
  readonly mrg?: Hl7Segment
}

/** Each PID with the MRG that follows it. */
function groupsOf({ segments }: Hl7Message): readonly PatientGroup[] {
  const groups: PatientGroup[] = []
  for (const segment of segments) {
    const last = groups.at(-1)
    if (segment.name === 'PID') groups.push({ pid: segment })
    else if (segment.name === 'MRG' && last !== undefined && last.mrg === undefined) {
      groups[groups.length - 1] = { ...last, mrg: segment }
    }
  }
  return groups
}
