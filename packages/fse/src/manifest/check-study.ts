import type { PatientIdentifier } from '../model/identifiers.ts'
import type { ManifestStudy } from '../model/manifest-study.ts'
import { ManifestError } from './manifest-error.ts'
import type { ManifestOptions } from './manifest-options.ts'

/** A study with more is split by no standard; one manifest of it would be some 60 MB. */
const maxManifestInstances = 100_000

export function checkStudy(study: ManifestStudy): void {
  const count = study.series.reduce((sum, series) => sum + series.instances.length, 0)
  if (count === 0) throw new ManifestError('no-instances')
  if (count > maxManifestInstances) throw new ManifestError('too-many-instances')
  if (study.requests.length === 0) throw new ManifestError('no-request')
  primaryIdentifierOf(study)
}

export function checkOptions({ createdAt }: ManifestOptions): void {
  if (!/^\d{14}$/.test(createdAt)) throw new ManifestError('bad-date')
}

/** The national identifier where the person is resolved, else the first one known. */
export function primaryIdentifierOf(study: ManifestStudy): PatientIdentifier {
  const primary = study.patient.national ?? study.patient.identifiers[0]
  if (primary === undefined) throw new ManifestError('no-patient-id')
  return primary
}

/** The primary one first, each once. */
export function allIdentifiersOf(study: ManifestStudy): readonly PatientIdentifier[] {
  const all = [primaryIdentifierOf(study), ...study.patient.identifiers]
  return [...new Map(all.map((id) => [`${id.issuer}|${id.value}`, id])).values()]
}
