import { componentOf, type Hl7Message, type Hl7Repetition, type Hl7Segment, repetitionsOf, valueAt } from '@vna/hl7'
import type { PatientIdentifier } from '../model/identifiers.ts'
import { oids } from '../model/oids.ts'
import { dayOf, distinct, isOid, patientIdentifierOf } from '../reports/normalise.ts'

export interface Hl7Patient {
  readonly identifiers: readonly PatientIdentifier[]
  /** Family^Given Given, as DICOM writes it. */
  readonly name: string | undefined
  /** YYYYMMDD */
  readonly birthDate: string | undefined
  /** M, F or O. */
  readonly sex: string | undefined
}

/** PID-3 with issuers, PID-5, PID-7, PID-8. */
export function patientOfPid(
  message: Hl7Message,
  pid: Hl7Segment | undefined,
  localIssuer: string | undefined,
): Hl7Patient {
  const sex = valueAt(message, pid, 8)?.toUpperCase()
  return {
    identifiers: identifiersOf(repetitionsOf(message, pid, 3), localIssuer),
    name: nameOf(repetitionsOf(message, pid, 5)[0]),
    birthDate: dayOf(valueAt(message, pid, 7)),
    sex: sex === 'M' || sex === 'F' || sex === 'O' ? sex : undefined,
  }
}

/** Identifiers of a field of type CX. `localIssuer` is the domain of those that name none. */
export function identifiersOf(
  cxs: readonly Hl7Repetition[],
  localIssuer: string | undefined,
): readonly PatientIdentifier[] {
  return distinct(cxs.map((cx) => patientIdentifierOf(componentOf(cx, 1), issuerOfCx(cx) ?? localIssuer)))
}

/** CX-5 (table 0203 and its Italian additions) of numbers that have one issuer in the country. */
const issuerOfType: ReadonlyMap<string, string> = new Map([
  ['NNITA', oids.codiceFiscale],
  ['CF', oids.codiceFiscale],
  ['STP', oids.stp],
  ['ENI', oids.eni],
])

/**
 * CX-4: the OID where one is given, else the type of a national number, else the namespace as written.
 */
function issuerOfCx(cx: Hl7Repetition): string | undefined {
  return oidOf(cx, 4) ?? issuerOfType.get(componentOf(cx, 5)?.toUpperCase() ?? '') ?? componentOf(cx, 4)
}

/** Universal id of an HD (namespace & universal id & type) within a component, or a namespace that is itself an OID. */
function oidOf(value: Hl7Repetition, component: number): string | undefined {
  const [namespace, universalId] = [1, 2].map((part) => componentOf(value, component, part))
  return [universalId, namespace].find((id) => id !== undefined && isOid(id))
}

/** XPN or, of older versions, PN: family (its own name first), given, second names. */
function nameOf(name: Hl7Repetition | undefined): string | undefined {
  const family = componentOf(name, 1) ?? ''
  const given = [componentOf(name, 2), componentOf(name, 3)].filter(Boolean).join(' ')
  return family === '' && given === '' ? undefined : `${family}^${given}`
}
