import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import dicomParser, { type DataSet, type Element } from 'dicom-parser'
import { describe, expect, it } from 'vitest'
import { tagToHex } from './dictionary.ts'
import { DicomError } from './errors.ts'
import { serializeDicomJson } from './json/dicom-json.ts'
import { instanceHeaderOf } from './json/instance-header.ts'
import { toDicomJson } from './json/to-dicom-json.ts'
import { parsePart10Prefix } from './part10/parse-prefix.ts'
import { DataSetScanner } from './scan/data-set-scanner.ts'
import { expandFrames } from './scan/expand-frames.ts'
import { frameLayout } from './scan/frame-layout.ts'
import type { ScannedElement, ScanResult } from './scan/scan-result.ts'
import { deflatedExplicitVrLittleEndian } from './transfer-syntaxes.ts'

/** Real files of public test suites, where a copy of them is at hand; without one the suite has nothing to check. */
// biome-ignore lint/style/noProcessEnv: where the samples lie is up to the machine
const folder = process.env.VNA_DICOM_SAMPLES ?? join(import.meta.dirname, '../../../../shared/dicom-samples')

interface Sample {
  readonly path: string
  readonly valid: boolean
  readonly frames: number
  readonly sopInstanceUid: string
  readonly studyInstanceUid: string
}

function readManifest(): readonly Sample[] {
  const manifest = join(folder, 'MANIFEST.tsv')
  if (!existsSync(manifest)) return []
  const [head = '', ...lines] = readFileSync(manifest, 'utf8').split('\n').filter(Boolean)
  const columns = head.split('\t')
  return lines.map((line) => {
    const cells = line.split('\t')
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? ''
    return {
      path: cell('path'),
      valid: cell('expected') === 'valid',
      frames: Number(cell('frames')) || 1,
      sopInstanceUid: cell('sop_instance_uid'),
      studyInstanceUid: cell('study_instance_uid'),
    }
  })
}

interface Opened {
  readonly transferSyntaxUid: string
  readonly dataSet: Uint8Array
  readonly file: Uint8Array
  readonly dataSetOffset: number
}

function openSample(path: string): Opened {
  const file = readFileSync(join(folder, path))
  const prefix = parsePart10Prefix(file, { complete: true })
  if (prefix.kind === 'more') throw new Error('undecided on a whole file')
  const { dataSetOffset, transferSyntaxUid } = prefix
  return { transferSyntaxUid, dataSet: file.subarray(dataSetOffset), file, dataSetOffset }
}

/** Pushes pieces of the given size, skipping where the scanner offers it. */
function scan({ transferSyntaxUid, dataSet }: Opened, pieceBytes = dataSet.length): ScanResult {
  const scanner = new DataSetScanner({ transferSyntaxUid, capture: 'all' })
  for (let at = 0; at < dataSet.length; ) {
    const skippable = Math.min(scanner.skippableBytes, dataSet.length - at)
    if (skippable > 0) scanner.skip(skippable)
    else scanner.push(dataSet.subarray(at, at + pieceBytes))
    at += skippable || pieceBytes
  }
  return scanner.end()
}

const samples = readManifest()
const valid = samples.filter((sample) => sample.valid)

/** What of an element both parsers know, sequences flattened to paths. */
function ourOutline(elements: readonly ScannedElement[], path = ''): Map<string, string> {
  const outline = new Map<string, string>()
  for (const element of elements) {
    const key = path + tagToHex(element.tag)
    outline.set(key, `${element.offset}+${element.length}`)
    element.items?.forEach((item, index) => {
      for (const entry of ourOutline(item.elements, `${key}/${index}/`)) outline.set(...entry)
    })
  }
  return outline
}

function theirOutline(dataSet: DataSet, base: number, path = ''): Map<string, string> {
  const outline = new Map<string, string>()
  for (const element of Object.values<Element>(dataSet.elements)) {
    const key = path + element.tag.slice(1).toUpperCase()
    if (key.startsWith('0002') || element.tag === 'xfffee00d') continue
    // It leaves the delimiter of a sequence out of the length, though not that of pixel data.
    const length = element.length + (element.items && element.hadUndefinedLength ? 8 : 0)
    outline.set(key, `${element.dataOffset - base}+${length}`)
    element.items?.forEach((item, index) => {
      if (!item.dataSet) return
      for (const entry of theirOutline(item.dataSet, base, `${key}/${index}/`)) outline.set(...entry)
    })
  }
  return outline
}

function parseWithDicomParser(opened: Opened): Map<string, string> {
  const deflated = opened.transferSyntaxUid === deflatedExplicitVrLittleEndian
  const inflater = (bytes: Uint8Array, position: number): Uint8Array => inflateRawSync(bytes.subarray(position))
  return theirOutline(dicomParser.parseDicom(opened.file, { inflater }), deflated ? 0 : opened.dataSetOffset)
}

/** A digest of the whole result: quicker to compare than objects. */
function fingerprintOf({ elements, ...rest }: ScanResult): string {
  const hash = createHash('sha256').update(JSON.stringify(rest))
  const add = (list: readonly ScannedElement[]): void => {
    for (const { value, items, ...element } of list) {
      hash.update(JSON.stringify(element)).update(value ?? 'none')
      items?.forEach((item) => {
        hash.update(`${item.offset}+${item.length}`)
        add(item.elements)
      })
    }
  }
  add(elements)
  return hash.digest('hex')
}

describe('samples', () => {
  it('are all there or not there at all', () => {
    expect(samples.length === 0 || samples.length > 200).toBe(true)
  })

  it.each(valid)('$path agrees with dicom-parser and with its manifest', (sample) => {
    const opened = openSample(sample.path)
    const result = scan(opened)
    expect(result.identity.sopInstanceUid ?? '').toBe(sample.sopInstanceUid)
    expect(result.identity.studyInstanceUid ?? '').toBe(sample.studyInstanceUid)
    expect(ourOutline(result.elements)).toEqual(parseWithDicomParser(opened))
  })

  it.each(valid)('$path scans the same in pieces', (sample) => {
    const opened = openSample(sample.path)
    const whole = fingerprintOf(scan(opened))
    expect(fingerprintOf(scan(opened, 509))).toBe(whole)
    if (opened.dataSet.length < 20_000) expect(fingerprintOf(scan(opened, 1))).toBe(whole)
  })

  it.each(valid)('$path gives JSON and a header', (sample) => {
    const result = scan(openSample(sample.path))
    const json = toDicomJson(result, { bulkDataUri: (path) => path, maxInlineBytes: 1024 })
    expect(JSON.parse(serializeDicomJson(json))).toEqual(json)
    const header = instanceHeaderOf(json)
    expect(header.sopInstanceUid).toBe(sample.sopInstanceUid)
    expect(header.studyInstanceUid).toBe(sample.studyInstanceUid)
  })

  it.each(samples.filter((sample) => !sample.valid))('$path is read or refused with a DicomError', (sample) => {
    try {
      scan(openSample(sample.path))
    } catch (error) {
      expect(error).toBeInstanceOf(DicomError)
    }
  })

  it.each(valid)('$path gives as many frames as its manifest says', (sample) => {
    const result = scan(openSample(sample.path))
    const frames = expandFrames(frameLayout(result))
    expect(frames?.length).toBe(result.pixelData && sample.frames)
    const ranges = frames?.flat() ?? []
    const ends = [result.pixelData?.offset ?? 0, ...ranges.map((range) => range.offset + range.length)]
    expect(ranges.every((range, i) => range.offset >= (ends[i] ?? 0))).toBe(true)
    expect(ends.at(-1)).toBeLessThanOrEqual((result.pixelData?.offset ?? 0) + (result.pixelData?.length ?? 0))
  })

  it.each(valid.filter(({ path }) => /deflated-(?!image-frame)|\/deflated/.test(path)))(
    '$path inflates to its length',
    (sample) => {
      const opened = openSample(sample.path)
      const deflated = opened.transferSyntaxUid === deflatedExplicitVrLittleEndian
      const lengthBytes = (deflated ? inflateRawSync(opened.dataSet) : opened.dataSet).length
      expect(scan(opened)).toMatchObject({ deflated, lengthBytes })
    },
  )
})
