import { oids } from '../../model/oids.ts'
import type { ReportFacts } from '../../model/report.ts'
import { dayOf, distinct } from '../normalise.ts'
import type { JsonObject } from './parse-json.ts'
import { codingsAt, objectsAt, textAt, textsAt } from './read-fhir.ts'

const loinc = 'http://loinc.org'
const dcm = 'http://dicom.nema.org/resources/ontology/DCM'
const confidentialitySystem = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'

export function loincOf(codings: readonly JsonObject[]): string | undefined {
  const coding = codings.find((found) => textAt(found, 'system') === loinc)
  return textAt(coding, 'code')
}

/** N, R or V among labels; what is less than normal is normal here. */
export function confidentialityOf(labels: readonly JsonObject[]): ReportFacts['confidentiality'] {
  const codes = labels.filter((label) => [undefined, confidentialitySystem].includes(textAt(label, 'system')))
  const found = codes.map((label) => textAt(label, 'code'))
  return (['V', 'R', 'N'] as const).find((code) => found.includes(code))
}

export function codesOf(codings: readonly JsonObject[]): ReportFacts['procedureCodes'] {
  return distinct(
    codings.flatMap((coding) => {
      const code = textAt(coding, 'code')
      const system = textAt(coding, 'system')
      return code === undefined || system === undefined ? [] : [{ code, system: systemOf(system) }]
    }),
  )
}

/** The OID where the code system has one, as CDA and DICOM write it. */
function systemOf(system: string): string {
  const known = new Map<string, string>([
    [loinc, oids.loinc],
    [dcm, oids.dicomDcm],
    ['http://snomed.info/sct', oids.snomedCt],
  ])
  return known.get(system) ?? system.replace(/^urn:oid:/, '')
}

/** Codes of DICOM that are modalities by their looks. */
export function modalitiesIn(codings: readonly JsonObject[]): readonly string[] {
  const codes = codings.filter((coding) => textAt(coding, 'system') === dcm).map((coding) => textAt(coding, 'code'))
  return distinct(codes.filter((code) => code !== undefined && /^[A-Z]{2,4}$/.test(code)))
}

export function patientOf(patients: readonly JsonObject[]): Pick<ReportFacts, 'patientName' | 'patientBirthDate'> {
  const names = objectsAt(patients, 'name').map(nameOf)
  return {
    patientName: names.find((name) => name !== undefined),
    patientBirthDate: dayOf(textAt(patients, 'birthDate')),
  }
}

/** Family^Given Given, as DICOM writes it. */
function nameOf(name: JsonObject): string | undefined {
  const full = `${textAt(name, 'family') ?? ''}^${textsAt(name, 'given').join(' ')}`
  return full === '^' ? textAt(name, 'text') : full
}

export function facilityOf(organizations: readonly JsonObject[]): string | undefined {
  const identifiers = objectsAt(organizations, 'identifier')
  const hospital = [oids.hospital, oids.facility].flatMap((domain) =>
    identifiers.filter((identifier) => textAt(identifier, 'system') === `urn:oid:${domain}`),
  )
  return textAt(hospital[0], 'value') ?? textAt(organizations, 'name')
}

/** All codings of the studies, requests or reports given, at the named CodeableConcepts. */
export function codingsOfEach(resources: readonly JsonObject[], ...names: readonly string[]): readonly JsonObject[] {
  return names.flatMap((name) => resources.flatMap((resource) => codingsAt(resource, name)))
}
