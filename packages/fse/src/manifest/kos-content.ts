import type { CodedValue } from '@vna/dicom'
import { storageSopClasses } from '@vna/dicom'
import type { ManifestInstance, ManifestSeries, ManifestStudy } from '../model/manifest-study.ts'
import type { CodeProfile } from './code-profiles.ts'
import { codeItem, type DataSet, element, optional, sequence } from './elements.ts'
import { targetRegionOf, targetRegionsOf } from './target-region.ts'

const dcm = (code: string, meaning: string): CodedValue => ({ code, scheme: 'DCM', meaning })
const modalityConcept = dcm('121139', 'Modality')
const regionConcept = dcm('123014', 'Target Region')
const waveformRoot = '1.2.840.10008.5.1.4.1.1.9.'

/** TID 2010: rows 4b, 8-10, and 11 where the profile has an image library. */
export function kosContent(study: ManifestStudy, profile: CodeProfile): readonly DataSet[] {
  const procedure = study.procedureCode
  return [
    ...(procedure ? [code('HAS CONCEPT MOD', dcm('121023', 'Procedure Code'), procedure)] : []),
    ...study.series.flatMap((series) => series.instances.map((instance) => reference(instance))),
    ...(profile.imageLibrary ? [imageLibrary(study, profile)] : []),
  ]
}

/** TID 1600. */
function imageLibrary(study: ManifestStudy, profile: CodeProfile): DataSet {
  const modalities = [...new Set(study.series.map((series) => series.modality))]
  return container(dcm('111028', 'Image Library'), [
    ...modalities.map((modality) => acquisition(code, modalityConcept, dcm(modality, modality))),
    ...targetRegionsOf(study.series).map((region) => acquisition(code, regionConcept, region)),
    number(profile.codes.studySeries, study.series.length, '{series}'),
    ...study.series.map((series) => libraryGroup(series, profile)),
  ])
}

/** TID 1602 for the series, TID 1601 for each instance. */
function libraryGroup(series: ManifestSeries, { codes }: CodeProfile): DataSet {
  const { date, time, description, seriesNumber } = series
  return container(dcm('126200', 'Image Library Group'), [
    acquisition(code, modalityConcept, dcm(series.modality, series.modality)),
    ...(date ? [valued('DATE', codes.seriesDate, element('0040A121', 'DA', date))] : []),
    ...(time ? [valued('TIME', codes.seriesTime, element('0040A122', 'TM', time))] : []),
    ...(description ? [text(codes.seriesDescription, description)] : []),
    ...(seriesNumber === undefined ? [] : [text(dcm('113607', 'Series Number'), `${seriesNumber}`)]),
    valued('UIDREF', dcm('112002', 'Series Instance UID'), element('0040A124', 'UI', series.seriesInstanceUid)),
    acquisition(code, regionConcept, targetRegionOf(series)),
    number(codes.seriesInstances, series.instances.length, '{instances}'),
    ...series.instances.map((instance) => reference(instance, instanceDetails(instance))),
  ])
}

function instanceDetails(instance: ManifestInstance): readonly DataSet[] {
  const { instanceNumber, numberOfFrames, documentTitle, keyObjectDescription } = instance
  return [
    ...(instanceNumber === undefined ? [] : [text(dcm('113609', 'Instance Number'), `${instanceNumber}`)]),
    ...(numberOfFrames === undefined ? [] : [number(dcm('121140', 'Number of Frames'), numberOfFrames, '{frames}')]),
    ...(documentTitle ? [acquisition(code, dcm('121144', 'Document Title'), documentTitle)] : []),
    ...(keyObjectDescription ? [text(dcm('113012', 'Key Object Description'), keyObjectDescription)] : []),
  ]
}

/** IMAGE, WAVEFORM or COMPOSITE: references carry no concept name. */
function reference(instance: ManifestInstance, children: readonly DataSet[] = []): DataSet {
  const name = storageSopClasses.get(instance.sopClassUid)?.name ?? ''
  const image = /\bImage\b|^Segmentation Storage|^Parametric Map/.test(name)
  const type = instance.sopClassUid.startsWith(waveformRoot) ? 'WAVEFORM' : image ? 'IMAGE' : 'COMPOSITE'
  return {
    ...sequence('00081199', referencedSop(instance)),
    ...element('0040A010', 'CS', 'CONTAINS'),
    ...element('0040A040', 'CS', type),
    ...(children.length === 0 ? {} : sequence('0040A730', ...children)),
  }
}

export function referencedSop(instance: ManifestInstance): DataSet {
  return { ...optional('00081150', 'UI', instance.sopClassUid), ...element('00081155', 'UI', instance.sopInstanceUid) }
}

function acquisition(make: typeof code, concept: CodedValue, value: CodedValue): DataSet {
  return make('HAS ACQ CONTEXT', concept, value)
}

function code(relationship: string, concept: CodedValue, value: CodedValue): DataSet {
  return item(relationship, 'CODE', concept, sequence('0040A168', codeItem(value)))
}

function text(concept: CodedValue, value: string): DataSet {
  return valued('TEXT', concept, element('0040A160', 'UT', value))
}

function number(concept: CodedValue, value: number, unit: string): DataSet {
  const units = codeItem({ code: unit, scheme: 'UCUM', meaning: unit.slice(1, -1) })
  const measured = { ...sequence('004008EA', units), ...element('0040A30A', 'DS', `${value}`) }
  return valued('NUM', concept, sequence('0040A300', measured))
}

function valued(type: string, concept: CodedValue, value: DataSet): DataSet {
  return item('HAS ACQ CONTEXT', type, concept, value)
}

function container(concept: CodedValue, children: readonly DataSet[]): DataSet {
  return item('CONTAINS', 'CONTAINER', concept, {
    ...element('0040A050', 'CS', 'SEPARATE'),
    ...sequence('0040A730', ...children),
  })
}

function item(relationship: string, type: string, concept: CodedValue, value: DataSet): DataSet {
  return {
    ...element('0040A010', 'CS', relationship),
    ...element('0040A040', 'CS', type),
    ...sequence('0040A043', codeItem(concept)),
    ...value,
  }
}
