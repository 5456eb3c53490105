import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { explicitLittleEndian, type Fixture, fixtureTransferSyntaxes, makeFixture, writeFixtures } from './fixtures.ts'
import { type Element, encodeDataSet, encodePart10, uidOf } from './generated.ts'
import type { ExpectedInstance } from './identity.ts'
import { splitPart10 } from './part10.ts'
import { isStudyObject, isValid, readSamples, type Sample } from './samples.ts'

const hangingProtocol = '1.2.840.10008.5.1.4.38.1'
export const dicomdir = '1.2.840.10008.1.3.10'

/** Every valid study object of the samples; where this machine has none, a smaller set made here. */
export function studySamples(): readonly Sample[] {
  const samples = readSamples().filter(isStudyObject)
  return samples.length > 0 ? samples : generatedSamples()
}

/** Valid objects that belong to no study, of the samples or made here: by file name, a hanging protocol and a DICOMDIR. */
export function studylessSamples(): readonly Sample[] {
  const samples = readSamples().filter((sample) => isValid(sample) && !isStudyObject(sample))
  return samples.length > 0 ? samples : [makeStudyless(hangingProtocol), makeStudyless(dicomdir)]
}

function makeStudyless(sopClassUid: string): Sample {
  const sopInstanceUid = uidOf(`no study ${sopClassUid}`)
  const dataSet = encodeDataSet([
    { tag: 0x00080016, vr: 'UI', value: sopClassUid },
    { tag: 0x00080018, vr: 'UI', value: sopInstanceUid },
  ])
  const identity = { sopClassUid, sopInstanceUid, transferSyntaxUid: explicitLittleEndian }
  const path = join(temporaryFolder(), 'file.dcm')
  const file = encodePart10(identity, dataSet)
  writeFileSync(path, file)
  return {
    ...identity,
    studyInstanceUid: '',
    path,
    absolutePath: path,
    note: '',
    expected: 'valid',
    sizeBytes: file.length,
  }
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vna-samples-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** One instance in each transfer syntax the generator knows, in each of a few shapes. */
function generatedSamples(): readonly Sample[] {
  const folder = temporaryFolder()
  const nested: Element = {
    tag: 0x00081110,
    vr: 'SQ',
    value: { items: [[{ tag: 0x00081150, vr: 'UI', value: '1.2.840.10008.3.1.2.3.1' }], []] },
  }
  const privateElements: Element[] = [
    { tag: 0x00091001, vr: 'LO', value: 'valore privato' },
    { tag: 0x00090010, vr: 'LO', value: 'ACCETTAZIONE' },
  ]
  const shapes = [
    { study: 'plain' },
    { study: 'names', patientName: 'Bianchì^Nicolò' },
    { study: 'nested', extra: [nested] },
    { study: 'private', extra: privateElements },
    { study: 'big', pixelBytes: 2_000_000 },
  ]
  const fixtures = fixtureTransferSyntaxes.flatMap((transferSyntaxUid, number) =>
    shapes.map((shape) => makeFixture({ ...shape, number: number + 1, transferSyntaxUid })),
  )
  const paths = writeFixtures(folder, fixtures)
  return fixtures.map((fixture, index) => describeFixture(fixture, paths[index]!))
}

function describeFixture(fixture: Fixture, absolutePath: string): Sample {
  return { ...fixture, path: absolutePath, absolutePath, note: '', expected: 'valid', sizeBytes: fixture.file.length }
}

/** What the archive must give back for a file that was sent verbatim. */
export function expectedOf(sample: Sample): ExpectedInstance {
  const { dataSet, transferSyntaxUid } = splitPart10(readFileSync(sample.absolutePath))
  return { name: sample.path, studyInstanceUid: sample.studyInstanceUid, transferSyntaxUid, dataSet }
}
