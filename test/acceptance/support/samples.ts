import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const repositoryRoot = fileURLToPath(new URL('../../../', import.meta.url))

/** One row of the samples' manifest. */
export interface Sample {
  readonly path: string
  readonly absolutePath: string
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly studyInstanceUid: string
  readonly transferSyntaxUid: string
  readonly note: string
  readonly expected: string
  readonly sizeBytes: number
}

/** The folder of real DICOM files: `VNA_DICOM_SAMPLES`, else beside the repository. `undefined`: this machine has none. */
function findSamplesFolder(): string | undefined {
  const folder = process.env.VNA_DICOM_SAMPLES ?? resolve(repositoryRoot, '../shared/dicom-samples')
  return existsSync(join(folder, 'MANIFEST.tsv')) ? folder : undefined
}

/** Every row of the manifest, in its order; empty where the samples are absent. */
export function readSamples(): readonly Sample[] {
  const folder = findSamplesFolder()
  if (folder === undefined) return []
  const [header = '', ...lines] = readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8').split('\n')
  const columns = header.split('\t')
  return lines.filter((line) => line !== '').map((line) => parseRow(folder, columns, line.split('\t')))
}

function parseRow(folder: string, columns: readonly string[], cells: readonly string[]): Sample {
  const cell = (name: string) => cells[columns.indexOf(name)] ?? ''
  return {
    path: cell('path'),
    absolutePath: join(folder, cell('path')),
    sopClassUid: cell('sop_class_uid'),
    sopInstanceUid: cell('sop_instance_uid'),
    studyInstanceUid: cell('study_instance_uid'),
    transferSyntaxUid: cell('transfer_syntax_uid'),
    note: cell('note'),
    expected: cell('expected'),
    sizeBytes: Number(cell('bytes')),
  }
}

export const isValid = (sample: Sample): boolean => sample.expected === 'valid'
export const isBroken = (sample: Sample): boolean => sample.expected.startsWith('broken')
/** Valid and part of a study: what a study archive must give back. */
export const isStudyObject = (sample: Sample): boolean => isValid(sample) && sample.studyInstanceUid !== ''

/** Splits samples into rounds such that no round holds a SOP Instance UID twice: each round needs a fresh archive. */
export function roundsOf(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const seen = new Map<string, number>()
  const rounds: Sample[][] = []
  for (const sample of samples) {
    const round = seen.get(sample.sopInstanceUid) ?? 0
    seen.set(sample.sopInstanceUid, round + 1)
    const members = rounds[round] ?? []
    members.push(sample)
    rounds[round] = members
  }
  return rounds
}

/** Arguments of `vna entity add` for the SOP classes among the samples that no standard names. */
export function privateSopClassArguments(samples: readonly Sample[]): readonly string[] {
  const uids = new Set(samples.map((sample) => sample.sopClassUid))
  const isPrivate = (uid: string) => uid !== '' && !uid.startsWith('1.2.840.10008.')
  return [...uids].filter(isPrivate).flatMap((uid) => ['--private-sop-class', uid])
}
