import { type Fixture, makeFixture } from './fixtures.ts'

/** A small population whose answers to queries are known by heart. */
export interface Population {
  readonly fixtures: readonly Fixture[]
  readonly studies: Readonly<Record<StudyName, StudyFacts>>
}
export type StudyName = 'rossi-ct' | 'rossi-mr' | 'bianchi-ct' | 'verdi-dx'
export interface StudyFacts {
  readonly studyInstanceUid: string
  readonly instances: number
  readonly series: number
}

const patients = {
  rossi: { patientName: 'Rossi^Anna Maria', patientId: 'MI-1001' },
  bianchi: { patientName: 'Bianchi^Luca', patientId: 'MI-1002' },
  verdi: { patientName: 'Verdi^Giuseppina', patientId: 'MI-1003' },
}

export function makePopulation(): Population {
  const rossiCt = { ...patients.rossi, study: 'rossi-ct', studyDate: '20230105', modality: 'CT' }
  const rossiMr = { ...patients.rossi, study: 'rossi-mr', studyDate: '20240220', modality: 'MR' }
  const bianchiCt = { ...patients.bianchi, study: 'bianchi-ct', studyDate: '20240301', modality: 'CT' }
  const verdiDx = { ...patients.verdi, study: 'verdi-dx', studyDate: '20250610', modality: 'DX' }
  const fixtures = [
    ...[1, 2, 3, 4].map((number) => makeFixture({ ...rossiCt, number })),
    ...[1, 2].map((number) => makeFixture({ ...rossiCt, series: 'b', number })),
    ...[1, 2].map((number) => makeFixture({ ...rossiMr, number })),
    ...[1, 2, 3].map((number) => makeFixture({ ...bianchiCt, number })),
    makeFixture({ ...verdiDx, number: 1 }),
  ]
  const facts = (name: StudyName, series: number): StudyFacts => {
    const members = fixtures.filter(
      (fixture) => fixture.studyInstanceUid === makeFixture({ study: name, number: 0 }).studyInstanceUid,
    )
    return { studyInstanceUid: members[0]!.studyInstanceUid, instances: members.length, series }
  }
  const studies = {
    'rossi-ct': facts('rossi-ct', 2),
    'rossi-mr': facts('rossi-mr', 1),
    'bianchi-ct': facts('bianchi-ct', 1),
    'verdi-dx': facts('verdi-dx', 1),
  }
  return { fixtures, studies }
}
