import { code, instanceUidOf, placeOf, seriesAttributes } from '../headers.ts'
import type { InstancePlan, KindDefinition, KindOptions, StudyContext } from '../plan.ts'
import { createRandom } from '../random.ts'
import { codeItem, container, reportDevice, srDocumentAttributes, textItem } from '../report-content.ts'

/** A report with measurements. */
export const enhancedSr: KindDefinition = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.88.22',
  modality: 'SR',
  studyDescription: 'MISURE ECOCARDIOGRAFICHE',
  defaults: { instances: 1, series: 1, frames: 1, rows: 1, columns: 1 },
  planStudy: (context, options) => (index) => planReport(context, options, index),
}

function planReport(context: StudyContext, options: KindOptions, index: number): InstancePlan {
  const place = placeOf(index, options)
  const sopInstanceUid = instanceUidOf(context, place.seriesNumber, place.instanceNumber)
  const random = createRandom(sopInstanceUid)
  const series = seriesAttributes(context, {
    modality: 'SR',
    number: place.seriesNumber,
    description: 'MISURE',
    device: reportDevice,
  })
  return {
    seriesInstanceUid: String(series.SeriesInstanceUID),
    sopInstanceUid,
    attributes: {
      ...context.patientAttributes,
      ...context.studyAttributes,
      ...series,
      ...srDocumentAttributes(context, place.instanceNumber),
      SOPClassUID: enhancedSr.sopClassUid,
      SOPInstanceUID: sopInstanceUid,
      ValueType: 'CONTAINER',
      ContinuityOfContent: 'SEPARATE',
      ConceptNameCodeSequence: [code('59282-4', 'LN', 'Stress cardiac echo study report US')],
      ContentSequence: [
        codeItem(
          'HAS CONCEPT MOD',
          code('121049', 'DCM', 'Language of Content Item and Descendants'),
          code('it', 'RFC5646', 'Italian'),
        ),
        container(code('121070', 'DCM', 'Findings'), [
          numberItem(code('18043-0', 'LN', 'Left Ventricular Ejection Fraction'), random.integer(52, 68), '%'),
          numberItem(
            code('29436-3', 'LN', 'Left Ventricle Internal End Diastolic Dimension'),
            random.integer(42, 54),
            'mm',
          ),
          textItem(code('121071', 'DCM', 'Finding'), 'Cinesi regionale conservata. Documento di prova.'),
        ]),
      ],
    },
  }
}

function numberItem(concept: ReturnType<typeof code>, value: number, unit: string) {
  return {
    RelationshipType: 'CONTAINS',
    ValueType: 'NUM',
    ConceptNameCodeSequence: [concept],
    MeasuredValueSequence: [{ NumericValue: String(value), MeasurementUnitsCodeSequence: [code(unit, 'UCUM', unit)] }],
  }
}
