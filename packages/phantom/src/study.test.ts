import { createHash } from 'node:crypto'
import { DataSetScanner } from '@vna/dicom'
import { describe, expect, it } from 'vitest'
import { codiceFiscaleOf } from './codice-fiscale.ts'
import { phantomKinds } from './kinds/index.ts'
import { phantomStudies, phantomStudy } from './study.ts'

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Bytes, not looks, are tested here. */
const smallPictures = { rows: 96, columns: 128 }

async function collect(source: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

describe('phantomStudy', () => {
  it.each(phantomKinds)('%s: the same seed gives the same bytes, of the length announced', async (kind) => {
    const options = { seed: 'determinism', kind, instances: 3, frames: 3, ...smallPictures }
    const again = [...phantomStudy(options).instances]
    const uids = new Set<string>()
    for (const [index, instance] of [...phantomStudy(options).instances].entries()) {
      const bytes = instance.dataSetBytes()
      expect(bytes.length).toBe(instance.sizeBytes)
      expect(digestOf(bytes)).toBe(digestOf(await collect(again[index]!.dataSet())))
      expect(instance.part10Bytes().length).toBe(instance.part10SizeBytes)
      expect(digestOf(instance.part10Bytes())).toBe(digestOf(await collect(again[index]!.part10())))
      uids.add(instance.sopInstanceUid)
    }
    expect(uids.size).toBe(3)
  })

  it.each(phantomKinds)('%s: the data set reads to its end and says what the study says', (kind) => {
    const study = phantomStudy({ seed: 'scan', kind, instances: 1, frames: 2, ...smallPictures })
    const [instance] = study.instances
    const scanner = new DataSetScanner({ transferSyntaxUid: instance!.transferSyntaxUid, capture: 'all' })
    scanner.push(instance!.dataSetBytes())
    const { identity, lengthBytes, elements } = scanner.end()
    expect(lengthBytes).toBe(instance!.sizeBytes)
    expect(identity).toMatchObject({
      sopClassUid: instance!.sopClassUid,
      sopInstanceUid: instance!.sopInstanceUid,
      studyInstanceUid: study.studyInstanceUid,
      seriesInstanceUid: instance!.seriesInstanceUid,
      patientId: study.patient.codiceFiscale,
      accessionNumber: study.accessionNumber,
    })
    const tags = elements.map((element) => element.tag)
    expect(tags).toEqual([...new Set(tags)].sort((a, b) => a - b))
    expect(instance!.sopInstanceUid.length).toBeLessThanOrEqual(64)
  })

  it('keeps the announced length whatever the seed and the size', () => {
    for (let seed = 0; seed < 40; seed++) {
      const study = phantomStudy({ seed, kind: 'ct', instances: 1, rows: 64 + seed, columns: 64 + ((seed * 7) % 31) })
      for (const instance of study.instances) expect(instance.dataSetBytes().length).toBe(instance.sizeBytes)
    }
  })

  it('gives every instance pixel data of its own', () => {
    const study = phantomStudy({ seed: 1, kind: 'ct', instances: 60, rows: 64, columns: 64 })
    const digests = [...study.instances].map((instance) => digestOf(instance.dataSetBytes().subarray(-64 * 64 * 2)))
    expect(new Set(digests).size).toBe(60)
  })

  it('spreads instances over series in order', () => {
    const study = phantomStudy({ seed: 1, kind: 'mr', instances: 7, series: 3, rows: 32, columns: 32 })
    const series = [...study.instances].map((instance) => instance.seriesInstanceUid)
    expect(Map.groupBy(series, (uid) => uid).size).toBe(3)
    expect(series[0]).toBe(series[2])
    expect(series[2]).not.toBe(series[3])
  })

  it('streams a large instance in pieces that are neither tiny nor huge, equal to the whole', async () => {
    const [instance] = phantomStudy({ seed: 1, kind: 'us', frames: 40, rows: 240, columns: 320 }).instances
    const source = instance!.dataSet()
    expect(source).not.toBeInstanceOf(Uint8Array)
    const lengths: number[] = []
    const hash = createHash('sha256')
    for await (const piece of source as AsyncIterable<Uint8Array>) {
      lengths.push(piece.length)
      hash.update(piece)
    }
    expect(Math.max(...lengths)).toBeLessThanOrEqual(256 * 1024)
    expect(Math.min(...lengths)).toBeGreaterThan(1000)
    expect(hash.digest('hex')).toBe(digestOf(instance!.dataSetBytes()))
  })

  it('announces a multi-frame of more than 2 GiB without making it', () => {
    const [instance] = phantomStudy({ seed: 1, kind: 'us', frames: 2400 }).instances
    expect(instance!.sizeBytes).toBeGreaterThan(2 ** 31)
  })

  it('carries the codice fiscale, or local numbers only', () => {
    const national = phantomStudy({ seed: 5, kind: 'tiny' })
    const local = phantomStudy({ seed: 5, kind: 'tiny', identity: { kind: 'local', issuer: 'ASST-PROVA' } })
    const { codiceFiscale, localId } = national.patient
    expect(national.patientId).toBe(codiceFiscale)
    expect(local.patientId).toBe(localId)
    const text = Buffer.from([...local.instances][0]!.dataSetBytes()).toString('latin1')
    expect(text).toContain(localId)
    expect(text).not.toContain(codiceFiscale)
  })

  it('gives each study of a run a patient whose codice fiscale agrees with the demographics', () => {
    const studies = [...phantomStudies({ seed: 'run', kind: 'tiny', count: 50 })]
    expect(new Set(studies.map((study) => study.studyInstanceUid)).size).toBe(50)
    for (const { patient } of studies) {
      expect(patient.codiceFiscale).toBe(codiceFiscaleOf({ ...patient, birthPlaceCode: patient.birthPlace.code }))
    }
  })

  it('refuses sizes that no data set can have', () => {
    expect(() => phantomStudy({ seed: 1, kind: 'ct', instances: 0 })).toThrow('whole number')
    expect(() => phantomStudy({ seed: 1, kind: 'ct', rows: 70_000 })).toThrow('65534')
  })
})
