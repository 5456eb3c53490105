import { airHu, torso, torsoLengthMm } from '../anatomy/torso.ts'
import { code, instanceUidOf, placeOf, seriesAttributes, timeAt } from '../headers.ts'
import type { InstancePlan, KindDefinition, KindOptions, StudyContext } from '../plan.ts'
import { createSliceVolume, type SliceVolume } from '../slice-cache.ts'
import { phantomUid } from '../uid.ts'

const fieldOfViewMm = 420
const rescaleIntercept = -1024
const device = { manufacturer: 'Phantom Imaging', model: 'Torso 64', station: 'TC01' }

let volume: SliceVolume | undefined

/** Chest and upper abdomen with contrast, 16 bits allocated, 12 stored. */
export const ct: KindDefinition = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
  modality: 'CT',
  studyDescription: 'TC TORACE E ADDOME SUPERIORE CON MDC',
  defaults: { instances: 120, series: 1, frames: 1, rows: 512, columns: 512 },
  planStudy: (context, options) => (index) => planSlice(context, options, index),
}

function planSlice(context: StudyContext, options: KindOptions, index: number): InstancePlan {
  const place = placeOf(index, options)
  const sopInstanceUid = instanceUidOf(context, place.seriesNumber, place.instanceNumber)
  const fraction = (place.instanceNumber - 0.5) / place.seriesLength
  const pixelSpacing = fieldOfViewMm / options.columns
  const series = seriesAttributes(context, {
    modality: 'CT',
    number: place.seriesNumber,
    description: place.seriesNumber === 1 ? 'TORACE MDC 3.0 B30f' : `TORACE MDC RICOSTR. ${place.seriesNumber}`,
    device: device,
  })
  // Made when the first CT is: a process that needs no CT pays nothing.
  volume ??= createSliceVolume({
    solids: torso(),
    lengthMm: torsoLengthMm,
    background: airHu,
    storedOffset: -rescaleIntercept,
    noiseDeviation: 14,
    maximum: 4095,
  })
  return {
    seriesInstanceUid: String(series.SeriesInstanceUID),
    sopInstanceUid,
    attributes: {
      ...context.patientAttributes,
      ...context.studyAttributes,
      ...series,
      ...procedureAttributes(context, place.seriesNumber),
      ...acquisitionAttributes(options, pixelSpacing),
      ...sliceAttributes(context, place, fraction, torsoLengthMm / place.seriesLength),
      SOPClassUID: ct.sopClassUid,
      SOPInstanceUID: sopInstanceUid,
      InstanceNumber: String(place.instanceNumber),
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

function procedureAttributes(context: StudyContext, seriesNumber: number) {
  return {
    ProtocolName: 'Torace MDC',
    BodyPartExamined: 'CHEST',
    PatientPosition: 'HFS',
    FrameOfReferenceUID: phantomUid(context.studyInstanceUid, 'frame of reference'),
    PositionReferenceIndicator: '',
    PerformedProcedureStepStartDate: context.studyDate,
    PerformedProcedureStepStartTime: timeAt(context, 30),
    PerformedProcedureStepID: `P${context.studyAttributes.StudyID}`,
    ProcedureCodeSequence: [code('87.41.1', 'I9C', 'TC del torace, senza e con contrasto')],
    RequestAttributesSequence: [
      {
        RequestedProcedureID: `R${context.studyAttributes.StudyID}`,
        RequestedProcedureDescription: 'TC torace con MDC',
        ScheduledProcedureStepID: `S${seriesNumber}`,
        ScheduledProcedureStepDescription: 'TC torace',
      },
    ],
  }
}

function acquisitionAttributes(options: KindOptions, pixelSpacing: number) {
  return {
    ContrastBolusAgent: 'IOPAMIDOLO 370',
    KVP: '120',
    ReconstructionDiameter: (options.columns * pixelSpacing).toFixed(3),
    ExposureTime: '500',
    XRayTubeCurrent: '210',
    Exposure: '105',
    ConvolutionKernel: 'B30f',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    WindowCenter: ['40', '-600'],
    WindowWidth: ['400', '1600'],
    RescaleIntercept: String(rescaleIntercept),
    RescaleSlope: '1',
    RescaleType: 'HU',
  }
}

function sliceAttributes(
  context: StudyContext,
  place: { readonly seriesNumber: number; readonly instanceNumber: number },
  fraction: number,
  spacingMm: number,
) {
  // Slices run from the lung apex to the feet, so z falls; the table stands still in this frame of reference.
  const z = (-fraction * torsoLengthMm).toFixed(3)
  const corner = (-fieldOfViewMm / 2).toFixed(3)
  const time = timeAt(context, 60 * place.seriesNumber + place.instanceNumber / 20)
  return {
    ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    AcquisitionDate: context.studyDate,
    AcquisitionTime: time,
    ContentDate: context.studyDate,
    ContentTime: time,
    AcquisitionNumber: '1',
    SliceThickness: spacingMm.toFixed(3),
    ImagePositionPatient: [corner, corner, z],
    ImageOrientationPatient: ['1', '0', '0', '0', '1', '0'],
    SliceLocation: z,
  }
}
