import type { ManifestOptions, ManifestStudy } from '@vna/fse'
import { type ManifestBytes, manifestBytesOf } from './manifest-bytes.ts'

export interface ManifestOrder {
  readonly study: ManifestStudy
  readonly options: ManifestOptions
}

/** What a thread for large manifests does. */
export default function buildInThread({ study, options }: ManifestOrder): ManifestBytes {
  return manifestBytesOf(study, options)
}
