import { FseError } from '../model/fse-error.ts'
import type { PatientIdentifier } from '../model/identifiers.ts'
import type { ReportFacts } from '../model/report.ts'
import type { ReportLimits } from './limits.ts'
import { distinct } from './normalise.ts'

/** A document inside a message or resource, still in base64. */
export interface Attachment {
  readonly contentType: string
  readonly base64: string
}

/** What carries a report says things of its own, and the report inside says more. */
export interface CarriedReport {
  readonly facts: ReportFacts
  readonly attachments: readonly Attachment[]
}

const notBase64 = /[^A-Za-z0-9+/=\s]/

export function decodeBase64(base64: string, maxBytes: number): Uint8Array {
  // Four characters for three bytes; line breaks only make the bound safer.
  if (base64.length * 3 > maxBytes * 4 + 8) throw new FseError('too-large', { where: 'attachment', limit: maxBytes })
  if (notBase64.test(base64)) throw new FseError('malformed-base64', { where: 'attachment' })
  return Buffer.from(base64, 'base64')
}

/**
 * The carried document speaks for itself where it has a word: name, version, dates. Numbers are those of both. Two
 * different persons in one domain are a contradiction that no linker should weigh.
 */
export function mergeFacts(carrier: ReportFacts, carried: ReportFacts): ReportFacts {
  checkSamePatient(carrier.patientIdentifiers, carried.patientIdentifiers)
  const both = <T>(listOf: (facts: ReportFacts) => readonly T[]) => distinct([...listOf(carried), ...listOf(carrier)])
  return {
    ...carrier,
    ...definedOf(carried),
    aliases: distinct([carrier.uniqueId, carrier.setId, ...(carrier.aliases ?? []), ...(carried.aliases ?? [])]),
    replaces: both((facts) => facts.replaces),
    appends: both((facts) => facts.appends),
    patientIdentifiers: both((facts) => facts.patientIdentifiers),
    studyInstanceUids: both((facts) => facts.studyInstanceUids),
    accessions: both((facts) => facts.accessions),
    placerOrders: both((facts) => facts.placerOrders),
    fillerOrders: both((facts) => facts.fillerOrders),
    prescriptions: both((facts) => facts.prescriptions),
    modalities: both((facts) => facts.modalities),
    procedureCodes: both((facts) => facts.procedureCodes),
  }
}

function definedOf(facts: ReportFacts): ReportFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as unknown as ReportFacts
}

function checkSamePatient(a: readonly PatientIdentifier[], b: readonly PatientIdentifier[]): void {
  for (const issuer of new Set(a.map((identifier) => identifier.issuer))) {
    const ours = a.filter((identifier) => identifier.issuer === issuer)
    const theirs = b.filter((identifier) => identifier.issuer === issuer)
    const agree = theirs.length === 0 || ours.some(({ value }) => theirs.some((other) => other.value === value))
    if (!agree) throw new FseError('conflicting-patient', { where: 'attachment' })
  }
}

/** Every list and every key cut off where it gets absurd; a report that names so many is no report. */
export function checkFacts(facts: ReportFacts, { maxFactsPerKind, maxKeyChars }: ReportLimits): ReportFacts {
  const tooMany = Object.entries(facts).find(([, value]) => Array.isArray(value) && value.length > maxFactsPerKind)
  if (tooMany) throw new FseError('too-many-nodes', { where: tooMany[0], limit: maxFactsPerKind })
  for (const where of ['uniqueId', 'setId'] as const) {
    if ((facts[where]?.length ?? 0) > maxKeyChars)
      throw new FseError('identifier-too-long', { where, limit: maxKeyChars })
  }
  return facts
}
