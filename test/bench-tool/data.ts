import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { phantomStudies } from '../../packages/phantom/src/index.ts'

export const loadNames = ['ct', 'mr', 'tiny', 'dx', 'us'] as const
export type LoadName = (typeof loadNames)[number]

export interface LoadSize {
  readonly studies: number
  readonly instancesPerStudy: number
}

/** As in the published comparison. */
export const fullLoads: Readonly<Record<LoadName, LoadSize>> = {
  ct: { studies: 4, instancesPerStudy: 300 },
  mr: { studies: 4, instancesPerStudy: 300 },
  tiny: { studies: 5000, instancesPerStudy: 1 },
  dx: { studies: 40, instancesPerStudy: 1 },
  us: { studies: 12, instancesPerStudy: 1 },
}

/** Seconds rather than minutes: tells a broken build from a good one, not more. */
export const quickLoads: Readonly<Record<LoadName, LoadSize>> = {
  ct: { studies: 4, instancesPerStudy: 40 },
  mr: { studies: 4, instancesPerStudy: 60 },
  tiny: { studies: 200, instancesPerStudy: 1 },
  dx: { studies: 4, instancesPerStudy: 1 },
  us: { studies: 2, instancesPerStudy: 1 },
}

/**
 * Enough for a just-in-time compiler and a connection pool; the same for every server. Measured: after 160 instances the
 * gateway still takes a sixth more CPU an instance than after 1,500, from where on it stays.
 */
export const fullWarmUps: Readonly<Record<LoadName, LoadSize>> = {
  ct: { studies: 4, instancesPerStudy: 300 },
  mr: { studies: 4, instancesPerStudy: 300 },
  tiny: { studies: 1000, instancesPerStudy: 1 },
  dx: { studies: 8, instancesPerStudy: 1 },
  us: { studies: 4, instancesPerStudy: 1 },
}

/** With the quick loads. */
export const quickWarmUps: Readonly<Record<LoadName, LoadSize>> = {
  ct: { studies: 4, instancesPerStudy: 30 },
  mr: { studies: 4, instancesPerStudy: 40 },
  tiny: { studies: 120, instancesPerStudy: 1 },
  dx: { studies: 4, instancesPerStudy: 1 },
  us: { studies: 2, instancesPerStudy: 1 },
}

export interface Load {
  readonly name: LoadName
  readonly instances: number
  /** Of the data sets, without Part 10 prefixes: what travels. */
  readonly bytes: number
  readonly studies: readonly LoadStudy[]
}

export interface LoadStudy {
  readonly studyInstanceUid: string
  readonly patientId: string
  readonly accessionNumber: string
  readonly studyDate: string
  readonly folder: string
  readonly files: readonly string[]
}

/** Writes the load as Part 10 files, a folder a study: every client and server is given the same ones. */
export function writeLoad(name: LoadName, size: LoadSize, o: { readonly folder: string; readonly seed: string }): Load {
  const studies: LoadStudy[] = []
  let bytes = 0
  const all = phantomStudies({ seed: o.seed, kind: name, instances: size.instancesPerStudy, count: size.studies })
  for (const study of all) {
    const folder = join(o.folder, String(studies.length).padStart(5, '0'))
    mkdirSync(folder, { recursive: true })
    const files: string[] = []
    for (const instance of study.instances) {
      const file = join(folder, `${String(files.length).padStart(5, '0')}.dcm`)
      writeFileSync(file, instance.part10Bytes())
      files.push(file)
      bytes += instance.sizeBytes
    }
    const { studyInstanceUid, patientId, accessionNumber, studyDate } = study
    studies.push({ studyInstanceUid, patientId, accessionNumber, studyDate, folder, files })
  }
  return { name, studies, bytes, instances: size.studies * size.instancesPerStudy }
}

/** Whole studies dealt out as evenly as they go: a study stays on one association. */
export function shardStudies(load: Load, shards: number): readonly (readonly LoadStudy[])[] {
  return Array.from({ length: shards }, (_, shard) => load.studies.filter((_study, index) => index % shards === shard))
}
