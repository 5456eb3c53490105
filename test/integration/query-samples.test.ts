import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  DataSetScanner,
  type DicomJson,
  findTransferSyntax,
  parsePart10Prefix,
  type ScanResult,
  toDicomJson,
} from '../../packages/dicom/src/index.ts'
import type { Incoming } from './support-archive.ts'
import { readMultipart } from './support-multipart.ts'
import { QueryFixture } from './support-query.ts'

const timeoutMs = 120_000
const asStored = 'application/dicom; transfer-syntax=*'
const explicit = 'application/dicom'
const octets = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
const explicitUid = '1.2.840.10008.1.2.1'
/** Frames asked of one instance: the first ones say as much as all. */
const maxFrames = 20

type Sample = Incoming & { readonly path: string; readonly transferSyntaxUid: string; readonly original: ScanResult }

/** One file per SOP Instance UID from the folder of real files; none where this machine has no such folder. */
function readSamples(): Sample[] {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const folder = process.env.VNA_DICOM_SAMPLES ?? resolve(root, '../shared/dicom-samples')
  if (!existsSync(join(folder, 'MANIFEST.tsv'))) return []
  const [header = '', ...lines] = readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8').trim().split('\n')
  const columns = header.split('\t')
  const samples = new Map<string, Sample>()
  for (const cells of lines.map((line) => line.split('\t'))) {
    const cell = (name: string) => cells[columns.indexOf(name)] ?? ''
    if (cell('expected') !== 'valid' || cell('study_instance_uid') === '') continue
    const sample = readSample(folder, cell('path'))
    if (sample !== undefined && !samples.has(sample.sopInstanceUid)) samples.set(sample.sopInstanceUid, sample)
  }
  return [...samples.values()]
}

function readSample(folder: string, path: string): Sample | undefined {
  const part10 = readFileSync(join(folder, path))
  const prefix = parsePart10Prefix(part10, { complete: true })
  if (prefix.kind !== 'part10') return undefined
  const { transferSyntaxUid } = prefix
  const original = scan(part10.subarray(prefix.dataSetOffset), transferSyntaxUid)
  const { sopInstanceUid, studyInstanceUid, seriesInstanceUid } = original.identity
  if (sopInstanceUid === undefined || studyInstanceUid === undefined || seriesInstanceUid === undefined)
    return undefined
  return { path, part10, transferSyntaxUid, original, sopInstanceUid, studyInstanceUid }
}

function scan(dataSet: Uint8Array, transferSyntaxUid: string): ScanResult {
  const scanner = new DataSetScanner({ transferSyntaxUid, capture: 'all' })
  scanner.push(dataSet)
  return scanner.end()
}

/** All values of a data set but pixel data, whatever its encoding. */
function valuesOf(result: ScanResult): DicomJson {
  return toDicomJson(result, { bulkDataUri: (path) => path, maxInlineBytes: Number.MAX_SAFE_INTEGER })
}

/** Runs `check` on every sample and gives what was wrong, by the sample's path. */
async function deviations(samples: readonly Sample[], check: (sample: Sample) => Promise<string | undefined>) {
  const found: string[] = []
  for (const sample of samples) {
    const wrong = await check(sample).catch((error: unknown) => String(error))
    if (wrong !== undefined) found.push(`${sample.path}: ${wrong}`)
  }
  return found
}

const address = ({ studyInstanceUid, sopInstanceUid, original }: Sample) =>
  `/studies/${studyInstanceUid}/series/${original.identity.seriesInstanceUid}/instances/${sopInstanceUid}`

describe('real files', () => {
  let archive: QueryFixture
  let token: string
  const samples = readSamples()

  beforeAll(async () => {
    archive = await QueryFixture.start()
    await archive.archive(samples)
    token = await archive.token({ role: 'fse', purpose: 'TREATMENT' })
  }, timeoutMs)
  afterAll(() => archive.stop())

  it('come back as they were received', { timeout: timeoutMs }, async () => {
    const wrong = await deviations(samples, async (sample) => {
      const response = await archive.fetch(address(sample), { accept: asStored, token })
      const body = Buffer.from(await response.arrayBuffer())
      return response.status === 200 && body.equals(sample.part10)
        ? undefined
        : `${response.status}, ${body.length} bytes`
    })
    expect(wrong).toEqual([])
  })

  it('can be had as Explicit VR Little Endian where they are not compressed', { timeout: timeoutMs }, async () => {
    const wrong = await deviations(samples, async ({ transferSyntaxUid, original, ...sample }) => {
      const isNative = findTransferSyntax(transferSyntaxUid)?.encapsulated === false
      const response = await archive.fetch(address({ transferSyntaxUid, original, ...sample }), {
        accept: explicit,
        token,
      })
      const body = Buffer.from(await response.arrayBuffer())
      if (response.status !== 200) return isNative || response.status !== 406 ? `answers ${response.status}` : undefined
      const prefix = parsePart10Prefix(body)
      if (prefix.kind !== 'part10' || prefix.transferSyntaxUid !== explicitUid) return 'is no explicit Part 10 file'
      const rewritten = scan(body.subarray(prefix.dataSetOffset), explicitUid)
      expect(valuesOf(rewritten)).toEqual(valuesOf(original))
      return rewritten.pixelData?.length === original.pixelData?.length ? undefined : 'has other pixel data'
    })
    expect(wrong).toEqual([])
  })

  it('have metadata whose bulk data are all there', { timeout: timeoutMs }, async () => {
    const wrong = await deviations(samples, async (sample) => {
      const response = await archive.fetch(`${address(sample)}/metadata`, { token })
      const text = await response.text()
      const uris = [...text.matchAll(/"BulkDataURI":"([^"]+)"/g)].map((match) => match[1]!)
      for (const uri of uris) {
        const bulk = await archive.fetch(uri, { accept: octets, token })
        await bulk.arrayBuffer()
        if (bulk.status !== 200) return `${uri.slice(uri.indexOf('/bulkdata'))} answers ${bulk.status}`
      }
      return JSON.parse(text).length === 1 ? undefined : 'has no metadata'
    })
    expect(wrong).toEqual([])
  })

  it('have their frames, one by one', { timeout: timeoutMs }, async () => {
    let frames = 0
    const wrong = await deviations(samples, async (sample) => {
      const [metadata] = (await (await archive.fetch(`${address(sample)}/metadata`, { token })).json()) as DicomJson[]
      if (metadata?.['7FE00010'] === undefined || metadata['00280010'] === undefined) return undefined
      const count = Number(metadata['00280008']?.Value?.[0] ?? 1)
      const numbers = Array.from({ length: Math.min(count, maxFrames) }, (_, index) => index + 1)
      const response = await archive.fetch(`${address(sample)}/frames/${numbers.join()}`, { accept: octets, token })
      if (response.status !== 200) return `frames answer ${response.status} of ${sample.transferSyntaxUid}`
      const parts = await readMultipart(response)
      frames += parts.length
      return parts.length === numbers.length && parts.every((part) => part.body.length > 0)
        ? undefined
        : 'frames are missing'
    })
    expect(wrong).toEqual([])
    expect(frames > 0 || samples.length === 0).toBe(true)
  })
})
