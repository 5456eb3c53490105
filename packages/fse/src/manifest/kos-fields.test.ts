import { itemsOf } from '@vna/dicom'
import { describe, expect, it } from 'vitest'
import type { ManifestStudy } from '../model/manifest-study.ts'
import { oids } from '../model/oids.ts'
import { buildKosManifest } from './build-kos-manifest.ts'
import { generatedAccessionMark } from './generated-accession.ts'
import { manifestSeriesUidOf, manifestUidOf } from './manifest-identity.ts'
import type { ManifestProfile } from './manifest-options.ts'
import {
  accessionIssuer,
  ct,
  generated,
  inventedStudy,
  keyObject,
  manifestOptions,
  multiFrame,
  ordered,
  ownIssuer,
  second,
  series,
  simple,
  studyUid,
  waveform,
} from './testing/invented-study.ts'
import { contentLines, readKos, valueAt } from './testing/read-kos.ts'

const profiles = ['xdsi', 'mado-ti', 'mado-final'] as const
const kosOf = (study: ManifestStudy, profile: ManifestProfile) =>
  readKos(buildKosManifest(study, manifestOptions(profile)))

/** Path and value; MADO TI Rev 1.1 6.X.2. `undefined`: absent. */
type Row = readonly [name: string, path: string, value: string | undefined]

const always: readonly Row[] = [
  ['Specific Character Set', '00080005', 'ISO_IR 192'],
  ['SOP Class UID', '00080016', '1.2.840.10008.5.1.4.1.1.88.59'],
  ['Study Date', '00080020', '20260110'],
  ['Study Time', '00080030', '101000'],
  ['Content Date', '00080023', '20260111'],
  ['Content Time', '00080033', '083000'],
  ['Modality', '00080060', 'KO'],
  ['Manufacturer', '00080070', 'VNA'],
  ['Institution Name', '00080080', 'Ospedale Inventato'],
  ['Timezone Offset From UTC', '00080201', '+0100'],
  ['Study Description', '00081030', 'TC torace'],
  ['Referenced Performed Procedure Step Sequence', '00081111', '0 items'],
  ["Patient's Name", '00100010', '{"Alphabetic":"Bianchi^Anna"}'],
  ['Patient ID', '00100020', 'BNCNNA75B41F205W'],
  ['Issuer Universal Entity ID', '00100024/0/00400032', oids.codiceFiscale],
  ['Issuer Universal Entity ID Type', '00100024/0/00400033', 'ISO'],
  ["Patient's Birth Date", '00100030', '19750201'],
  ["Patient's Sex", '00100040', 'F'],
  ['Other Patient IDs: the primary one repeated', '00101002/0/00100020', 'BNCNNA75B41F205W'],
  ['Other Patient IDs: type', '00101002/0/00100022', 'TEXT'],
  ['Other Patient IDs: issuer', '00101002/0/00100024/0/00400032', oids.codiceFiscale],
  ['Other Patient IDs: the local one', '00101002/1/00100020', 'P-77'],
  ['Other Patient IDs: local issuer', '00101002/1/00100024/0/00400031', 'entity:ASST-TEST'],
  ['Study Instance UID', '0020000D', studyUid],
  ['Study ID', '00200010', 'S1'],
  ['Instance Number', '00200013', '2'],
  ['Value Type', '0040A040', 'CONTAINER'],
  ['Continuity of Content', '0040A050', 'SEPARATE'],
  ['Mapping Resource', '0040A504/0/00080105', 'DCMR'],
  ['Template Identifier', '0040A504/0/0040DB00', '2010'],
  ['Evidence: one study', '0040A375', '1 items'],
  ['Evidence: Study Instance UID', '0040A375/0/0020000D', studyUid],
  ['Evidence: series', '0040A375/0/00081115', '3 items'],
  ['Evidence: Series Instance UID', '0040A375/0/00081115/1/0020000E', `${studyUid}.2`],
  ['Evidence: Retrieve Location UID', '0040A375/0/00081115/1/0040E011', '2.16.840.1.113883.2.9.2.30.9.1'],
  ['Evidence: Retrieve URL', '0040A375/0/00081115/1/00081190', 'https://vna.example/dicom-web'],
  ['Evidence: no Retrieve AE Title', '0040A375/0/00081115/1/00080054', undefined],
  ['Evidence: Referenced SOP Class UID', '0040A375/0/00081115/1/00081199/0/00081150', waveform.sopClassUid],
  ['Evidence: Referenced SOP Instance UID', '0040A375/0/00081115/1/00081199/0/00081155', waveform.sopInstanceUid],
]

const viewer = manifestOptions().displayUri
const ofProfile: Readonly<Record<ManifestProfile, readonly Row[]>> = {
  xdsi: [
    ['title', '0040A043/0/00080100', '113030'],
    ['title scheme', '0040A043/0/00080102', 'DCM'],
    ['no Display URI', '0040A375/0/0040E012', undefined],
    ['no private Display URI', '0040A375/0/000D1001', undefined],
  ],
  'mado-ti': [
    ['title', '0040A043/0/00080100', 'MADOTEMP001'],
    ['title scheme', '0040A043/0/00080102', '99IHE'],
    ['no Display URI', '0040A375/0/0040E012', undefined],
    ['private creator', '0040A375/0/000D0010', 'IHE_MADO_PRIVATE'],
  ],
  'mado-final': [
    ['title', '0040A043/0/00080100', '131560'],
    ['title scheme', '0040A043/0/00080102', 'DCM'],
    ['Display URI', '0040A375/0/0040E012', viewer],
    ['no private creator', '0040A375/0/000D0010', undefined],
  ],
}

const requestCases: readonly (readonly [name: string, requests: ManifestStudy['requests'], rows: readonly Row[]])[] = [
  [
    'simple',
    [simple],
    [
      ['Accession Number', '00080050', 'ACC0001'],
      ['Issuer of Accession Number', '00080051/0/00400032', accessionIssuer],
      ['requests', '0040A370', '1 items'],
      ['request: Accession Number', '0040A370/0/00080050', 'ACC0001'],
      ['request: issuer', '0040A370/0/00080051/0/00400032', accessionIssuer],
      ['request: issuer type', '0040A370/0/00080051/0/00400033', 'ISO'],
      ['request: Study Instance UID', '0040A370/0/0020000D', studyUid],
      ['request: Placer Order Number is type 2', '0040A370/0/00402016', ''],
      ['request: no placer issuer', '0040A370/0/00400026', undefined],
      ['request: procedure', '0040A370/0/00321064/0/00080100', '87.41'],
      ['request: nothing was generated', '0040A370/0/00401002', undefined],
    ],
  ],
  [
    'group',
    [simple, second],
    [
      ['Accession Number is empty', '00080050', ''],
      ['no Issuer of Accession Number', '00080051', undefined],
      ['requests', '0040A370', '2 items'],
      ['first', '0040A370/0/00080050', 'ACC0001'],
      ['second', '0040A370/1/00080050', 'ACC0002'],
      ['issuer of the second', '0040A370/1/00080051/0/00400032', accessionIssuer],
    ],
  ],
  [
    'absent',
    [generated],
    [
      ['Accession Number', '00080050', 'VNA0001'],
      ['own issuer', '00080051/0/00400032', ownIssuer],
      ['request: own issuer', '0040A370/0/00080051/0/00400032', ownIssuer],
      ['request: the mark', '0040A370/0/00401002', generatedAccessionMark],
    ],
  ],
  [
    'placer and filler',
    [ordered],
    [
      ['placer', '0040A370/0/00402016', 'P1'],
      ['placer issuer', '0040A370/0/00400026/0/00400032', '2.16.840.1.113883.2.9.2.30.5.2'],
      ['filler', '0040A370/0/00402017', 'F1'],
      ['filler issuer', '0040A370/0/00400027/0/00400032', '2.16.840.1.113883.2.9.2.30.5.3'],
    ],
  ],
]

/** The codes of a profile: study series, series date, time, description, instances. */
const codes = {
  'mado-ti': ['MADOTEMP009:99IHE', 'MADOTEMP003:99IHE', 'MADOTEMP004:99IHE', 'MADOTEMP002:99IHE', 'MADOTEMP007:99IHE'],
  'mado-final': ['131565:DCM', '131561:DCM', '131562:DCM', '131563:DCM', '131564:DCM'],
} as const

const references = [
  'HAS CONCEPT MOD CODE 121023:DCM=87.41:I9C',
  `CONTAINS IMAGE ${ct.sopInstanceUid}`,
  `CONTAINS IMAGE ${multiFrame.sopInstanceUid}`,
  `CONTAINS WAVEFORM ${waveform.sopInstanceUid}`,
  `CONTAINS COMPOSITE ${keyObject.sopInstanceUid}`,
]

/** TID 1600 to 1602 of the invented study. */
function libraryLines(profile: 'mado-ti' | 'mado-final'): readonly string[] {
  const [studySeries, date, time, description, instances] = codes[profile]
  const context = 'HAS ACQ CONTEXT'
  const group = (number: number, modality: string, region: string, count: number) => [
    '.CONTAINS CONTAINER 126200:DCM=',
    `..${context} CODE 121139:DCM=${modality}:DCM`,
    `..${context} DATE ${date}=20260110`,
    `..${context} TIME ${time}=101500`,
    `..${context} TEXT ${description}=Serie ${number} è "prova"`,
    `..${context} TEXT 113607:DCM=${number}`,
    `..${context} UIDREF 112002:DCM=${studyUid}.${number}`,
    `..${context} CODE 123014:DCM=${region}:SCT`,
    `..${context} NUM ${instances}=${count}{instances}:UCUM`,
  ]
  return [
    'CONTAINS CONTAINER 111028:DCM=',
    ...['CT', 'ECG', 'KO'].map((modality) => `.${context} CODE 121139:DCM=${modality}:DCM`),
    ...['67734004', '80891009', '38266002'].map((region) => `.${context} CODE 123014:DCM=${region}:SCT`),
    `.${context} NUM ${studySeries}=3{series}:UCUM`,
    ...group(1, 'CT', '67734004', 2),
    `..CONTAINS IMAGE ${ct.sopInstanceUid}`,
    `...${context} TEXT 113609:DCM=1`,
    `..CONTAINS IMAGE ${multiFrame.sopInstanceUid}`,
    `...${context} TEXT 113609:DCM=2`,
    `...${context} NUM 121140:DCM=24{frames}:UCUM`,
    ...group(2, 'ECG', '80891009', 1),
    `..CONTAINS WAVEFORM ${waveform.sopInstanceUid}`,
    ...group(3, 'KO', '38266002', 1),
    `..CONTAINS COMPOSITE ${keyObject.sopInstanceUid}`,
    `...${context} TEXT 113609:DCM=1`,
    `...${context} CODE 121144:DCM=113000:DCM`,
    `...${context} TEXT 113012:DCM=${keyObject.keyObjectDescription}`,
  ]
}

describe.each(profiles)('KOS in the profile %s', (profile) => {
  const kos = kosOf(inventedStudy(), profile)

  it.each([...always, ...ofProfile[profile]])('%s (%s) is %s', (_name, path, value) => {
    expect(valueAt(kos, path)).toBe(value)
  })

  it.each(requestCases)('requests: %s', (_name, requests, rows) => {
    const json = kosOf(inventedStudy({ requests }), profile)
    const found = rows.map(([name, path]) => [name, path, valueAt(json, path)])
    expect(found).toEqual(rows)
  })

  it('has UIDs of its own, not of the study', () => {
    const options = manifestOptions(profile)
    expect(valueAt(kos, '00080018')).toBe(manifestUidOf(inventedStudy(), options))
    expect(valueAt(kos, '0020000E')).toBe(manifestSeriesUidOf(inventedStudy(), options))
    expect(inventedStudy().series.map((one) => one.seriesInstanceUid)).not.toContain(valueAt(kos, '0020000E'))
  })

  it('has the content of TID 2010', () => {
    const imageLibrary = profile === 'xdsi' ? [] : libraryLines(profile)
    expect(contentLines(kos)).toEqual([...references, ...imageLibrary])
  })

  it('leaves out what is not known, and dates an exam without a date by the manifest', () => {
    const bare = { ...series(1, 'CT', [{ ...ct, instanceNumber: undefined }]), ...nothing }
    const json = kosOf(inventedStudy({ series: [bare], procedureCode: undefined, ...nothing }), profile)
    expect([valueAt(json, '00080020'), valueAt(json, '00080030')]).toEqual(['20260111', '083000'])
    expect(valueAt(json, '00081030')).toBeUndefined()
    expect(itemsOf(json, '0040A370')).toHaveLength(1)
    expect(contentLines(json).filter((line) => / (DATE|TIME|TEXT) |CONCEPT MOD/.test(line))).toEqual([])
  })
})

const nothing = {
  studyDate: undefined,
  studyTime: undefined,
  description: undefined,
  date: undefined,
  time: undefined,
  seriesNumber: undefined,
} as const

describe('a manifest that cannot be', () => {
  it.each([
    ['profile-off', inventedStudy(), { ...manifestOptions('mado-final'), allowFinal: false }],
    ['no-request', inventedStudy({ requests: [] }), manifestOptions()],
    ['no-instances', inventedStudy({ series: [] }), manifestOptions()],
    ['bad-date', inventedStudy(), { ...manifestOptions(), createdAt: '2026' }],
    [
      'no-patient-id',
      inventedStudy({ patient: { ...inventedStudy().patient, national: undefined, identifiers: [] } }),
      manifestOptions(),
    ],
  ] as const)('%s', (code, study, options) => {
    expect(() => buildKosManifest(study, options)).toThrow(expect.objectContaining({ code, retryable: false }))
  })
})
