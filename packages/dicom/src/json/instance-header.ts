import type { DicomJson } from './dicom-json.ts'
import { integerOf, itemsOf, personNameOf, textOf, textsOf } from './read-json.ts'

export interface OtherPatientId {
  readonly id: string
  readonly issuer?: string
  /** Universal Entity ID of the issuer. */
  readonly issuerOid?: string
  readonly type?: string
}

export interface CodedConcept {
  readonly value: string
  readonly scheme?: string
  readonly meaning?: string
}

export interface PatientHeader {
  readonly id?: string
  readonly issuer?: string
  readonly issuerOid?: string
  readonly otherIds: readonly OtherPatientId[]
  /** Alphabetic=ideographic=phonetic. */
  readonly name?: string
  readonly birthDate?: string
  readonly sex?: string
}

export interface StudyHeader {
  readonly date?: string
  readonly time?: string
  readonly accessionNumber?: string
  /** Universal Entity ID, else Local Namespace Entity ID. */
  readonly issuerOfAccession?: string
  readonly id?: string
  readonly description?: string
  readonly referringPhysicianName?: string
  readonly physiciansReadingStudy?: string
  readonly patientAge?: string
  readonly timezoneOffset?: string
}

export interface SeriesHeader {
  readonly modality?: string
  readonly number?: number
  readonly description?: string
  readonly date?: string
  readonly time?: string
  readonly bodyPart?: string
  readonly laterality?: string
  readonly protocolName?: string
  readonly performingPhysicianName?: string
  readonly operatorsName?: string
  readonly performedProcedureStepStartDate?: string
  readonly performedProcedureStepStartTime?: string
  readonly stationName?: string
  readonly institutionName?: string
  readonly institutionalDepartmentName?: string
  readonly manufacturer?: string
  readonly manufacturerModelName?: string
  /** Items of Request Attributes Sequence. */
  readonly requestAttributes?: readonly DicomJson[]
}

export interface InstanceAttributes {
  readonly number?: number
  readonly rows?: number
  readonly columns?: number
  readonly bitsAllocated?: number
  readonly samplesPerPixel?: number
  readonly photometricInterpretation?: string
  readonly numberOfFrames?: number
  readonly imageType?: string
  readonly acquisitionDate?: string
  readonly acquisitionTime?: string
  readonly contentDate?: string
  readonly contentTime?: string
  readonly conceptName?: CodedConcept
  readonly documentTitle?: string
  readonly completionFlag?: string
  readonly verificationFlag?: string
}

/** What the catalog keeps of an instance. UIDs are '' when absent. */
export interface InstanceHeader {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly studyInstanceUid: string
  readonly seriesInstanceUid: string
  readonly patient: PatientHeader
  readonly study: StudyHeader
  readonly series: SeriesHeader
  readonly instance: InstanceAttributes
}

/** The attributes of the top level that an instance header is made of: what `instanceHeaderOf` looks at. */
export const instanceHeaderTags: ReadonlySet<string> = tagsLookedAt()

function tagsLookedAt(): ReadonlySet<string> {
  const tags = new Set<string>()
  const noted: DicomJson = {}
  instanceHeaderOf(
    new Proxy(noted, {
      get: (_, tag) => {
        tags.add(String(tag))
      },
    }),
  )
  return tags
}

/** Derived from DICOM JSON alone, so that a reindex from sidecars gives the same rows. */
export function instanceHeaderOf(json: DicomJson): InstanceHeader {
  return {
    sopClassUid: textOf(json, '00080016') ?? '',
    sopInstanceUid: textOf(json, '00080018') ?? '',
    studyInstanceUid: textOf(json, '0020000D') ?? '',
    seriesInstanceUid: textOf(json, '0020000E') ?? '',
    patient: patientOf(json),
    study: studyOf(json),
    series: seriesOf(json),
    instance: instanceOf(json),
  }
}

function patientOf(json: DicomJson): PatientHeader {
  return present({
    id: textOf(json, '00100020'),
    issuer: textOf(json, '00100021'),
    issuerOid: issuerOidOf(json),
    otherIds: otherIdsOf(json),
    name: personNameOf(json, '00100010'),
    birthDate: textOf(json, '00100030'),
    sex: textOf(json, '00100040'),
  })
}

/** Issuer of Patient ID Qualifiers Sequence > Universal Entity ID. */
function issuerOidOf(json: DicomJson): string | undefined {
  const qualifiers = itemsOf(json, '00100024')[0]
  return qualifiers && textOf(qualifiers, '00400032')
}

/** Other Patient IDs Sequence and the retired Other Patient IDs (0010,1000). */
function otherIdsOf(json: DicomJson): readonly OtherPatientId[] {
  const items = itemsOf(json, '00101002').flatMap((item) => {
    const id = textOf(item, '00100020')
    if (id === undefined) return []
    return present({
      id,
      issuer: textOf(item, '00100021'),
      issuerOid: issuerOidOf(item),
      type: textOf(item, '00100022'),
    })
  })
  return [...items, ...textsOf(json, '00101000').map((id) => ({ id }))]
}

function studyOf(json: DicomJson): StudyHeader {
  const issuer = itemsOf(json, '00080051')[0]
  return present({
    date: textOf(json, '00080020'),
    time: textOf(json, '00080030'),
    accessionNumber: textOf(json, '00080050'),
    issuerOfAccession: issuer && (textOf(issuer, '00400032') ?? textOf(issuer, '00400031')),
    id: textOf(json, '00200010'),
    description: textOf(json, '00081030'),
    referringPhysicianName: personNameOf(json, '00080090'),
    physiciansReadingStudy: personNameOf(json, '00081060'),
    patientAge: textOf(json, '00101010'),
    timezoneOffset: textOf(json, '00080201'),
  })
}

function seriesOf(json: DicomJson): SeriesHeader {
  const requestAttributes = itemsOf(json, '00400275')
  return present({
    modality: textOf(json, '00080060'),
    number: integerOf(json, '00200011'),
    description: textOf(json, '0008103E'),
    date: textOf(json, '00080021'),
    time: textOf(json, '00080031'),
    bodyPart: textOf(json, '00180015'),
    laterality: textOf(json, '00200060'),
    protocolName: textOf(json, '00181030'),
    performingPhysicianName: personNameOf(json, '00081050'),
    operatorsName: personNameOf(json, '00081070'),
    performedProcedureStepStartDate: textOf(json, '00400244'),
    performedProcedureStepStartTime: textOf(json, '00400245'),
    stationName: textOf(json, '00081010'),
    institutionName: textOf(json, '00080080'),
    institutionalDepartmentName: textOf(json, '00081040'),
    manufacturer: textOf(json, '00080070'),
    manufacturerModelName: textOf(json, '00081090'),
    requestAttributes: requestAttributes.length > 0 ? requestAttributes : undefined,
  })
}

function instanceOf(json: DicomJson): InstanceAttributes {
  return present({
    number: integerOf(json, '00200013'),
    rows: integerOf(json, '00280010'),
    columns: integerOf(json, '00280011'),
    bitsAllocated: integerOf(json, '00280100'),
    samplesPerPixel: integerOf(json, '00280002'),
    photometricInterpretation: textOf(json, '00280004'),
    numberOfFrames: integerOf(json, '00280008'),
    imageType: textsOf(json, '00080008').join('\\') || undefined,
    acquisitionDate: textOf(json, '00080022'),
    acquisitionTime: textOf(json, '00080032'),
    contentDate: textOf(json, '00080023'),
    contentTime: textOf(json, '00080033'),
    conceptName: conceptNameOf(json),
    documentTitle: textOf(json, '00420010'),
    completionFlag: textOf(json, '0040A491'),
    verificationFlag: textOf(json, '0040A493'),
  })
}

/** Concept Name Code Sequence at the root: the title of a report or a key object selection. */
function conceptNameOf(json: DicomJson): CodedConcept | undefined {
  const code = itemsOf(json, '0040A043')[0]
  const value = code && (textOf(code, '00080100') ?? textOf(code, '00080119') ?? textOf(code, '00080120'))
  if (!code || value === undefined) return undefined
  return present({ value, scheme: textOf(code, '00080102'), meaning: textOf(code, '00080104') })
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Without the keys whose value is undefined. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>
}
