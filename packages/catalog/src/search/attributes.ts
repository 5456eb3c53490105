/** How a key on an attribute is compared. */
export type MatchStyle = 'text' | 'name' | 'date' | 'time' | 'integer' | 'modalities' | 'uid' | 'none'

export type AttributeLevel = 'study' | 'series' | 'instance'

export interface Attribute {
  readonly tag: number
  readonly keyword: string
  readonly vr: string
  readonly level: AttributeLevel
  /** SQL over s (studies), p (patients), e (series), i (instances) and u (uids of the SOP class). */
  readonly column: string
  /** Column that keys are compared with, where it is another one. */
  readonly matchColumn?: string
  /** Second column of which one match is enough (ideographic and phonetic names). */
  readonly otherMatchColumn?: string
  readonly match: MatchStyle
  /** How an index finds a UID: by a digest or by the hash kept in a column. */
  readonly uidIndex?: { readonly kind: 'digest' } | { readonly kind: 'hash'; readonly column: string }
  /** Answered without being asked for (PS3.18 Table 10.6.3-3 to 10.6.3-5). */
  readonly isDefault: boolean
}

type Extra = Partial<Pick<Attribute, 'matchColumn' | 'otherMatchColumn' | 'uidIndex'>>

const always = true
const onRequest = false

function attribute(
  level: AttributeLevel,
  [tag, keyword, vr]: readonly [number, string, string],
  [column, match, isDefault]: readonly [string, MatchStyle, boolean],
  extra: Extra = {},
): Attribute {
  return { tag, keyword, vr, level, column, match, isDefault, ...extra }
}

const foldedName = { matchColumn: 's.patient_name_folded', otherMatchColumn: 's.patient_name_other_folded' }

const studyAttributes: readonly Attribute[] = [
  attribute('study', [0x00080005, 'SpecificCharacterSet', 'CS'], [`'ISO_IR 192'`, 'none', always]),
  attribute('study', [0x00080020, 'StudyDate', 'DA'], ['s.study_date', 'date', always]),
  attribute('study', [0x00080030, 'StudyTime', 'TM'], ['s.study_time', 'time', always]),
  attribute('study', [0x00080050, 'AccessionNumber', 'SH'], ['s.accession_number', 'text', always]),
  attribute('study', [0x00080056, 'InstanceAvailability', 'CS'], [`'ONLINE'`, 'none', always]),
  attribute('study', [0x00080061, 'ModalitiesInStudy', 'CS'], ['s.modalities', 'modalities', always]),
  attribute('study', [0x00080090, 'ReferringPhysicianName', 'PN'], ['s.referring_physician', 'name', always], {
    matchColumn: 's.referring_physician_folded',
  }),
  attribute('study', [0x00080201, 'TimezoneOffsetFromUTC', 'SH'], ['s.timezone_offset', 'text', always]),
  attribute('study', [0x00081030, 'StudyDescription', 'LO'], ['s.description', 'text', onRequest]),
  attribute('study', [0x00100010, 'PatientName', 'PN'], ['s.patient_name', 'name', always], foldedName),
  attribute('study', [0x00100020, 'PatientID', 'LO'], ['p.identifier', 'text', always]),
  attribute('study', [0x00100021, 'IssuerOfPatientID', 'LO'], ['s.issuer_of_patient_id', 'text', onRequest]),
  attribute('study', [0x00100030, 'PatientBirthDate', 'DA'], ['s.patient_birth_date', 'date', always]),
  attribute('study', [0x00100040, 'PatientSex', 'CS'], ['s.patient_sex', 'text', always]),
  attribute('study', [0x0020000d, 'StudyInstanceUID', 'UI'], ['s.study_instance_uid', 'uid', always], {
    uidIndex: { kind: 'digest' },
  }),
  attribute('study', [0x00200010, 'StudyID', 'SH'], ['s.study_id', 'text', always]),
  attribute('study', [0x00201206, 'NumberOfStudyRelatedSeries', 'IS'], ['s.number_of_series', 'none', always]),
  attribute('study', [0x00201208, 'NumberOfStudyRelatedInstances', 'IS'], ['s.number_of_instances', 'none', always]),
]

const seriesAttributes: readonly Attribute[] = [
  attribute('series', [0x00080060, 'Modality', 'CS'], ['e.modality', 'text', always]),
  attribute('series', [0x0008103e, 'SeriesDescription', 'LO'], ['e.description', 'text', always]),
  attribute('series', [0x00080080, 'InstitutionName', 'LO'], ['e.institution_name', 'text', onRequest]),
  attribute('series', [0x00081010, 'StationName', 'SH'], ['e.station_name', 'text', onRequest]),
  attribute('series', [0x00180015, 'BodyPartExamined', 'CS'], ['e.body_part', 'text', onRequest]),
  attribute('series', [0x00181030, 'ProtocolName', 'LO'], ['e.protocol_name', 'text', onRequest]),
  attribute('series', [0x0020000e, 'SeriesInstanceUID', 'UI'], ['e.series_instance_uid', 'uid', always], {
    uidIndex: { kind: 'hash', column: 'e.uid_hash' },
  }),
  attribute('series', [0x00200011, 'SeriesNumber', 'IS'], ['e.series_number', 'integer', always]),
  attribute('series', [0x00200060, 'Laterality', 'CS'], ['e.laterality', 'text', onRequest]),
  attribute('series', [0x00201209, 'NumberOfSeriesRelatedInstances', 'IS'], ['e.number_of_instances', 'none', always]),
  attribute(
    'series',
    [0x00400244, 'PerformedProcedureStepStartDate', 'DA'],
    ['e.performed_start_date', 'date', always],
  ),
  attribute(
    'series',
    [0x00400245, 'PerformedProcedureStepStartTime', 'TM'],
    ['e.performed_start_time', 'time', always],
  ),
  attribute('series', [0x00400275, 'RequestAttributesSequence', 'SQ'], ['e.request_attributes', 'none', always]),
]

const instanceAttributes: readonly Attribute[] = [
  attribute('instance', [0x00080016, 'SOPClassUID', 'UI'], ['u.uid', 'uid', always]),
  attribute('instance', [0x00080018, 'SOPInstanceUID', 'UI'], ['i.sop_instance_uid', 'uid', always], {
    uidIndex: { kind: 'hash', column: 'i.sop_hash' },
  }),
  attribute(
    'instance',
    [0x00200013, 'InstanceNumber', 'IS'],
    ['nullif(i.instance_number, -2147483648)', 'integer', always],
  ),
  attribute('instance', [0x00280008, 'NumberOfFrames', 'IS'], ['nullif(i.number_of_frames, 0)', 'integer', always]),
  attribute('instance', [0x00280010, 'Rows', 'US'], ['nullif(i.rows, 0)', 'integer', always]),
  attribute('instance', [0x00280011, 'Columns', 'US'], ['nullif(i.columns, 0)', 'integer', always]),
  attribute('instance', [0x00280100, 'BitsAllocated', 'US'], ['nullif(i.bits_allocated, 0)', 'integer', always]),
]

/** Kept as DICOM JSON in `instances.extra`, answered on request, never matched. */
export const extraInstanceTags: readonly number[] = [
  0x00080023, 0x00080033, 0x0040a043, 0x0040a491, 0x0040a493, 0x00420010,
]

/** Attributes that are answered at more than one level. */
export const everyLevelTags: readonly number[] = [0x00080005, 0x00080056, 0x00080201]

/** Of Request Attributes Sequence (0040,0275), the only sequence that keys may enter. */
export const requestAttributesTag = 0x00400275
export const requestAttributeTags: readonly number[] = [0x00400009, 0x00401001, 0x00080050, 0x0020000d]

export const attributesByLevel = {
  study: studyAttributes,
  series: seriesAttributes,
  instance: instanceAttributes,
} as const
