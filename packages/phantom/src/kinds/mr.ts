import { head, headLengthMm } from '../anatomy/head.ts'
import { code, instanceUidOf, placeOf, seriesAttributes, timeAt } from '../headers.ts'
import type { InstancePlan, KindDefinition, KindOptions, StudyContext } from '../plan.ts'
import { createSliceVolume, type SliceVolume } from '../slice-cache.ts'
import { phantomUid } from '../uid.ts'

const fieldOfViewMm = 240
const device = { manufacturer: 'Phantom Imaging', model: 'Head 1.5T', station: 'RM01' }

let volume: SliceVolume | undefined

/** Brain, T1-weighted axial slices. */
export const mr: KindDefinition = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.4',
  modality: 'MR',
  studyDescription: 'RM ENCEFALO SENZA MDC',
  defaults: { instances: 60, series: 1, frames: 1, rows: 256, columns: 256 },
  planStudy: (context, options) => (index) => planSlice(context, options, index),
}

function planSlice(context: StudyContext, options: KindOptions, index: number): InstancePlan {
  const place = placeOf(index, options)
  const sopInstanceUid = instanceUidOf(context, place.seriesNumber, place.instanceNumber)
  const fraction = (place.instanceNumber - 0.5) / place.seriesLength
  const pixelSpacing = fieldOfViewMm / options.columns
  const spacingMm = headLengthMm / place.seriesLength
  const corner = (-fieldOfViewMm / 2).toFixed(3)
  const z = (headLengthMm / 2 - fraction * headLengthMm).toFixed(3)
  const time = timeAt(context, 240 * place.seriesNumber)
  volume ??= createSliceVolume({
    solids: head(),
    lengthMm: headLengthMm,
    background: 12,
    storedOffset: 0,
    noiseDeviation: 16,
    maximum: 4095,
  })
  const series = seriesAttributes(context, {
    modality: 'MR',
    number: place.seriesNumber,
    description: place.seriesNumber === 1 ? 'T1 SE AX' : `T1 SE AX RIPETIZIONE ${place.seriesNumber}`,
    device: device,
  })
  return {
    seriesInstanceUid: String(series.SeriesInstanceUID),
    sopInstanceUid,
    attributes: {
      ...context.patientAttributes,
      ...context.studyAttributes,
      ...series,
      ...acquisitionAttributes(context),
      SOPClassUID: mr.sopClassUid,
      SOPInstanceUID: sopInstanceUid,
      InstanceNumber: String(place.instanceNumber),
      InstanceCreationDate: context.studyDate,
      InstanceCreationTime: time,
      AcquisitionDate: context.studyDate,
      AcquisitionTime: time,
      ContentDate: context.studyDate,
      ContentTime: time,
      AcquisitionNumber: '1',
      AcquisitionMatrix: [0, options.rows, options.columns, 0],
      SliceThickness: spacingMm.toFixed(3),
      SpacingBetweenSlices: spacingMm.toFixed(3),
      ImagePositionPatient: [corner, corner, z],
      ImageOrientationPatient: ['1', '0', '0', '0', '1', '0'],
      SliceLocation: z,
      Rows: options.rows,
      Columns: options.columns,
      PixelSpacing: [pixelSpacing.toFixed(6), pixelSpacing.toFixed(6)],
    },
    pixels: volume.pixels(
      fraction,
      { studyInstanceUid: context.studyInstanceUid, sopInstanceUid },
      { rows: options.rows, columns: options.columns, pixelSpacing },
    ),
  }
}

function acquisitionAttributes(context: StudyContext) {
  return {
    ImageType: ['ORIGINAL', 'PRIMARY', 'OTHER'],
    ProtocolName: 'Encefalo T1',
    BodyPartExamined: 'HEAD',
    PatientPosition: 'HFS',
    FrameOfReferenceUID: phantomUid(context.studyInstanceUid, 'frame of reference'),
    PositionReferenceIndicator: '',
    PerformedProcedureStepStartDate: context.studyDate,
    PerformedProcedureStepStartTime: timeAt(context, 30),
    PerformedProcedureStepID: `P${context.studyAttributes.StudyID}`,
    ProcedureCodeSequence: [code('88.91.1', 'I9C', 'RM del cervello e del tronco encefalico')],
    ScanningSequence: 'SE',
    SequenceVariant: 'SK',
    ScanOptions: 'SP',
    MRAcquisitionType: '2D',
    SequenceName: 'se2d1',
    RepetitionTime: '550',
    EchoTime: '12',
    NumberOfAverages: '1',
    ImagingFrequency: '63.68',
    ImagedNucleus: '1H',
    EchoNumbers: '1',
    MagneticFieldStrength: '1.5',
    EchoTrainLength: '1',
    PercentSampling: '100',
    PercentPhaseFieldOfView: '100',
    PixelBandwidth: '130',
    ReceiveCoilName: 'HEAD8',
    InPlanePhaseEncodingDirection: 'ROW',
    FlipAngle: '90',
    SAR: '0.32',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    WindowCenter: '450',
    WindowWidth: '900',
    BurnedInAnnotation: 'NO',
    LossyImageCompression: '00',
  }
}
