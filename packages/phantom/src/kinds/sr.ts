import { code, instanceUidOf, placeOf, seriesAttributes } from '../headers.ts'
import type { InstancePlan, KindDefinition, KindOptions, StudyContext } from '../plan.ts'
import { codeItem, container, reportDevice, srDocumentAttributes, textItem } from '../report-content.ts'

/** A radiology report in plain text sections. */
export const sr: KindDefinition = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.88.11',
  modality: 'SR',
  studyDescription: 'REFERTO TC TORACE',
  defaults: { instances: 1, series: 1, frames: 1, rows: 1, columns: 1 },
  planStudy: (context, options) => (index) => planReport(context, options, index),
}

const findings = [
  'Non alterazioni densitometriche a focolaio in atto del parenchima polmonare.',
  'Nodulo polmonare del lobo superiore destro di 6 mm, a margini regolari, invariato.',
  'Non versamento pleurico né pericardico. Non linfoadenopatie ilo-mediastiniche.',
  "Esiti fibrotici apicali bilaterali. Calcificazioni ateromasiche dell'aorta.",
]

function planReport(context: StudyContext, options: KindOptions, index: number): InstancePlan {
  const place = placeOf(index, options)
  const sopInstanceUid = instanceUidOf(context, place.seriesNumber, place.instanceNumber)
  const series = seriesAttributes(context, {
    modality: 'SR',
    number: place.seriesNumber,
    description: 'REFERTO',
    device: reportDevice,
  })
  const finding = findings[index % findings.length] ?? ''
  return {
    seriesInstanceUid: String(series.SeriesInstanceUID),
    sopInstanceUid,
    attributes: {
      ...context.patientAttributes,
      ...context.studyAttributes,
      ...series,
      ...srDocumentAttributes(context, place.instanceNumber),
      SOPClassUID: sr.sopClassUid,
      SOPInstanceUID: sopInstanceUid,
      ValueType: 'CONTAINER',
      ContinuityOfContent: 'SEPARATE',
      ConceptNameCodeSequence: [code('18748-4', 'LN', 'Diagnostic Imaging Report')],
      ContentSequence: [
        codeItem(
          'HAS CONCEPT MOD',
          code('121049', 'DCM', 'Language of Content Item and Descendants'),
          code('it', 'RFC5646', 'Italian'),
        ),
        container(code('121060', 'DCM', 'History'), [
          textItem(code('121060', 'DCM', 'History'), 'Controllo di nodulo polmonare noto.'),
        ]),
        container(code('121070', 'DCM', 'Findings'), [textItem(code('121071', 'DCM', 'Finding'), finding)]),
        container(code('121076', 'DCM', 'Conclusions'), [
          textItem(code('121077', 'DCM', 'Conclusion'), 'Quadro stabile rispetto al precedente. Documento di prova.'),
        ]),
      ],
    },
  }
}
