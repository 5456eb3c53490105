import { encodeDataSet, encodePart10Prefix, explicitVrLittleEndian } from '@vna/dicom'
import type { PatientIdentifier } from '../model/identifiers.ts'
import type { ManifestRequest, ManifestStudy } from '../model/manifest-study.ts'
import { allIdentifiersOf, checkOptions, checkStudy, primaryIdentifierOf } from './check-study.ts'
import { type CodeProfile, codeProfileOf } from './code-profiles.ts'
import { codeItem, type DataSet, element, issuerItem, optional, sequence } from './elements.ts'
import { generatedAccessionMark } from './generated-accession.ts'
import { kosContent, referencedSop } from './kos-content.ts'
import { manifestSeriesUidOf, manifestUidOf } from './manifest-identity.ts'
import type { ManifestOptions } from './manifest-options.ts'

export const kosSopClassUid = '1.2.840.10008.5.1.4.1.1.88.59'

/** The manifest as DICOM Key Object Selection: Part 10, Explicit VR Little Endian. Throws ManifestError. */
export function buildKosManifest(study: ManifestStudy, options: ManifestOptions): Uint8Array {
  const dataSet = kosDataSet(study, options)
  const prefix = encodePart10Prefix({
    sopClassUid: kosSopClassUid,
    sopInstanceUid: manifestUidOf(study, options),
    transferSyntaxUid: explicitVrLittleEndian,
  })
  return Buffer.concat([prefix, encodeDataSet(dataSet, { encoding: 'explicit-le', lengths: 'undefined' })])
}

/** What the manifest says. Throws ManifestError. */
export function kosDataSet(study: ManifestStudy, options: ManifestOptions): DataSet {
  const profile = codeProfileOf(options)
  checkStudy(study)
  checkOptions(options)
  return {
    ...documentHeader(study, options, manifestUidOf(study, options)),
    ...patient(study),
    ...requests(study),
    ...evidence(study, options, profile),
    ...element('0040A040', 'CS', 'CONTAINER'),
    ...sequence('0040A043', codeItem(profile.codes.document)),
    ...element('0040A050', 'CS', 'SEPARATE'),
    ...sequence('0040A504', { ...element('00080105', 'CS', 'DCMR'), ...element('0040DB00', 'CS', '2010') }),
    ...sequence('0040A730', ...kosContent(study, profile)),
  }
}

function documentHeader(study: ManifestStudy, options: ManifestOptions, sopInstanceUid: string): DataSet {
  const single = study.requests.length === 1 ? study.requests[0] : undefined
  const { createdAt } = options
  return {
    ...element('00080005', 'CS', 'ISO_IR 192'),
    ...element('00080016', 'UI', kosSopClassUid),
    ...element('00080018', 'UI', sopInstanceUid),
    // R+ in MADO: an exam without a date is dated by its manifest.
    ...element('00080020', 'DA', study.studyDate ?? createdAt.slice(0, 8)),
    ...element('00080023', 'DA', createdAt.slice(0, 8)),
    ...element('00080030', 'TM', study.studyTime ?? createdAt.slice(8)),
    ...element('00080033', 'TM', createdAt.slice(8)),
    ...element('00080050', 'SH', single?.accessionNumber),
    ...(single ? sequence('00080051', issuerItem(single.accessionIssuerOid)) : {}),
    ...element('00080060', 'CS', 'KO'),
    ...element('00080070', 'LO', options.manufacturer),
    ...element('00080080', 'LO', study.institutionName),
    ...element('00080090', 'PN', study.referringPhysicianName),
    ...element('00080201', 'SH', study.timezoneOffset ?? options.timezoneOffset),
    ...optional('00081030', 'LO', study.description),
    ...sequence('00081111'),
    ...element('0020000D', 'UI', study.studyInstanceUid),
    ...element('0020000E', 'UI', manifestSeriesUidOf(study, options)),
    ...element('00200010', 'SH', study.studyId),
    ...element('00200011', 'IS', '1'),
    ...element('00200013', 'IS', `${options.version}`),
  }
}

function patient(study: ManifestStudy): DataSet {
  const others = allIdentifiersOf(study).map((id) => ({ ...identifier(id), ...element('00100022', 'CS', 'TEXT') }))
  return {
    ...element('00100010', 'PN', study.patient.name),
    ...identifier(primaryIdentifierOf(study)),
    ...element('00100030', 'DA', study.patient.birthDate),
    ...element('00100040', 'CS', study.patient.sex),
    ...sequence('00101002', ...others),
  }
}

function identifier({ value, issuer }: PatientIdentifier): DataSet {
  return {
    ...element('00100020', 'LO', value),
    ...element('00100021', 'LO', issuer),
    ...sequence('00100024', issuerItem(issuer)),
  }
}

function requests(study: ManifestStudy): DataSet {
  return sequence('0040A370', ...study.requests.map((request) => requestItem(study, request)))
}

function requestItem(study: ManifestStudy, request: ManifestRequest): DataSet {
  const { placerIssuerOid, fillerIssuerOid } = request
  return {
    ...element('00080050', 'SH', request.accessionNumber),
    ...sequence('00080051', issuerItem(request.accessionIssuerOid)),
    ...sequence('00081110'),
    ...element('0020000D', 'UI', study.studyInstanceUid),
    ...element('00321060', 'LO', study.description),
    ...sequence('00321064', ...(study.procedureCode ? [codeItem(study.procedureCode)] : [])),
    ...(placerIssuerOid ? sequence('00400026', issuerItem(placerIssuerOid)) : {}),
    ...(fillerIssuerOid ? sequence('00400027', issuerItem(fillerIssuerOid)) : {}),
    ...element('00401001', 'SH'),
    ...(request.generated ? element('00401002', 'LO', generatedAccessionMark) : {}),
    ...element('00402016', 'LO', request.placerOrderNumber),
    ...element('00402017', 'LO', request.fillerOrderNumber),
  }
}

function evidence(study: ManifestStudy, options: ManifestOptions, profile: CodeProfile): DataSet {
  const series = study.series.map((one) => ({
    ...element('00081190', 'UR', options.wadoRsUrl),
    ...sequence('00081199', ...one.instances.map(referencedSop)),
    ...element('0020000E', 'UI', one.seriesInstanceUid),
    ...element('0040E011', 'UI', options.retrieveLocationUid),
  }))
  return sequence('0040A375', {
    ...sequence('00081115', ...series),
    ...displayUri(options, profile),
    ...element('0020000D', 'UI', study.studyInstanceUid),
  })
}

function displayUri({ displayUri }: ManifestOptions, profile: CodeProfile): DataSet {
  if (displayUri === undefined || profile.displayUri === 'none') return {}
  if (profile.displayUri === 'standard') return element('0040E012', 'UR', displayUri)
  return { ...element('000D0010', 'LO', 'IHE_MADO_PRIVATE'), ...element('000D1001', 'UR', displayUri) }
}
