import { code, instanceUidOf, placeOf, seriesAttributes, timeAt } from '../headers.ts'
import { pdfDocument } from '../pdf-document.ts'
import type { InstancePlan, KindDefinition, KindOptions, StudyContext } from '../plan.ts'
import { reportDevice } from '../report-content.ts'

/** A discharge letter as an encapsulated PDF. */
export const pdf: KindDefinition = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.104.1',
  modality: 'DOC',
  studyDescription: 'REFERTO IN PDF',
  defaults: { instances: 1, series: 1, frames: 1, rows: 1, columns: 1 },
  planStudy: (context, options) => (index) => planDocument(context, options, index),
}

function planDocument(context: StudyContext, options: KindOptions, index: number): InstancePlan {
  const place = placeOf(index, options)
  const sopInstanceUid = instanceUidOf(context, place.seriesNumber, place.instanceNumber)
  const series = seriesAttributes(context, {
    modality: 'DOC',
    number: place.seriesNumber,
    description: 'DOCUMENTI',
    device: reportDevice,
  })
  const time = timeAt(context, 3600 + place.instanceNumber * 60)
  const document = pdfDocument([
    context.institutionName,
    '',
    `Referto n. ${place.instanceNumber} - ${context.studyAttributes.AccessionNumber}`,
    `Paziente: ${context.patient.personName.replace('^', ' ')}`,
    `Data: ${context.studyDate.replace(/(....)(..)(..)/, '$3/$2/$1')}`,
    '',
    'Documento di prova, generato: nessun dato di persone esistenti.',
    `Codice documento: ${sopInstanceUid.slice(-12)}`,
  ])
  return {
    seriesInstanceUid: String(series.SeriesInstanceUID),
    sopInstanceUid,
    attributes: {
      ...context.patientAttributes,
      ...context.studyAttributes,
      ...series,
      ConversionType: 'WSD',
      SOPClassUID: pdf.sopClassUid,
      SOPInstanceUID: sopInstanceUid,
      InstanceNumber: String(place.instanceNumber),
      ContentDate: context.studyDate,
      ContentTime: time,
      AcquisitionDateTime: `${context.studyDate}${time}`,
      BurnedInAnnotation: 'YES',
      DocumentTitle: 'REFERTO',
      ConceptNameCodeSequence: [code('18748-4', 'LN', 'Diagnostic Imaging Report')],
      MIMETypeOfEncapsulatedDocument: 'application/pdf',
      EncapsulatedDocument: document,
      EncapsulatedDocumentLength: document.length,
    },
  }
}
