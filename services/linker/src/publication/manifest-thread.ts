import { parentPort, workerData } from 'node:worker_threads'
import type { ManifestOptions, ManifestStudy } from '@vna/fse'
import { manifestBytesOf } from './manifest-bytes.ts'

/** Builds one manifest and ends. */
const { study, options } = workerData as { study: ManifestStudy; options: ManifestOptions }
parentPort?.postMessage(manifestBytesOf(study, options))
