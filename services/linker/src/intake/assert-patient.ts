import { AccessError } from '@vna/access'
import type { Predicate } from '@vna/catalog'
import type { ReportFacts } from '@vna/fse'
import { identifierOf } from '../identity/identities-of-patient.ts'
import type { LinkerDependencies } from '../linker-dependencies.ts'
import { comparableIdentifiers } from '../linking/patients.ts'

type PatientScope = Extract<Predicate, { kind: 'patient' }>

/**
 * The patient that a report names is the one its sender may speak of: one of its identifiers is, or is known to stand for, that
 * patient, and none of the same domain stands for another. Throws AccessError with `other-patient`.
 */
export async function assertPatient(
  { healthRecord }: Pick<LinkerDependencies, 'healthRecord'>,
  { patientIdentifiers }: Pick<ReportFacts, 'patientIdentifiers'>,
  { identifier, issuer }: PatientScope,
): Promise<void> {
  const stated = patientIdentifiers.filter((one) => one.issuer !== '' && one.value !== '')
  const resolved = await healthRecord.identity.resolveIdentifiers(stated.map(identifierOf))
  const named = comparableIdentifiers(stated, (one) => {
    const self = identifierOf(one)
    return resolved[stated.indexOf(one)] ?? { survivor: self, national: undefined }
  })
  const ofDomain = named.filter((one) => one.issuer === issuer)
  if (ofDomain.length !== 1 || ofDomain[0]?.value !== identifier) {
    throw new AccessError('forbidden', 'the report is about another patient', { reason: 'other-patient' })
  }
}
