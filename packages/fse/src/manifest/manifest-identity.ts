import { createHash } from 'node:crypto'
import type { ManifestStudy } from '../model/manifest-study.ts'
import type { ManifestOptions } from './manifest-options.ts'

/**
 * `sha256:…` of all that a manifest says, whatever its version and date: a rebuild with an equal hash needs no
 * submission. Codes of the submission do not count. Order of properties does not matter, order of series and instances does.
 */
export function contentHashOf(study: ManifestStudy, options: ManifestOptions): string {
  const {
    version: _version,
    createdAt: _createdAt,
    allowFinal: _allowFinal,
    submission: _submission,
    ...lasting
  } = options
  return `sha256:${createHash('sha256')
    .update(canonicalJson({ study, options: lasting }))
    .digest('hex')}`
}

/** Shared by the KOS and the FHIR manifest of one version. */
export function manifestUidOf(study: ManifestStudy, options: ManifestOptions): string {
  return derivedUid(study, options, 'instance')
}

export function manifestSeriesUidOf(study: ManifestStudy, options: ManifestOptions): string {
  return derivedUid(study, options, 'series')
}

/** Unique id of the submission that registers this version: sent again after a failure, it is the same one. */
export function submissionUidOf(study: ManifestStudy, options: ManifestOptions): string {
  return derivedUid(study, options, 'submission')
}

/** A name-based `urn:uuid:` for a resource inside a manifest; equal manifests name their resources equally. */
export function resourceUrn(manifestUid: string, resource: string): string {
  const hex = createHash('sha256').update(`${manifestUid}/${resource}`).digest('hex')
  // RFC 9562 5.8: version 8, variant 10.
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4]
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`]
  return `urn:uuid:${[...parts, hex.slice(20, 32)].join('-')}`
}

/** PS3.5 B.2: 2.25 and a 128-bit number. */
function derivedUid(study: ManifestStudy, options: ManifestOptions, what: string): string {
  const text = [study.studyInstanceUid, options.version, contentHashOf(study, options), what].join('\n')
  return `2.25.${BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 32)}`)}`
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

export function idOfUrn(urn: string): string {
  return urn.slice('urn:uuid:'.length)
}
