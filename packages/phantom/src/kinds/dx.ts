import { chestProjection } from '../anatomy/chest-projection.ts'
import { addNoise } from '../anatomy/noise.ts'
import { code, instanceUidOf, placeOf, seriesAttributes, timeAt } from '../headers.ts'
import { createPictureCache } from '../picture-cache.ts'
import type { InstancePlan, KindDefinition, KindOptions, StudyContext } from '../plan.ts'
import { createRandom } from '../random.ts'

const device = { manufacturer: 'Phantom Imaging', model: 'Chest DR', station: 'DX01' }
const widthMm = 360
/** Rows above the shoulders that each instance has of its own. */
const ownRows = 8
const pictures = createPictureCache()

/** Chest radiograph of 15 MB. */
export const dx: KindDefinition = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1',
  modality: 'DX',
  studyDescription: 'RX TORACE IN PROIEZIONE PA',
  defaults: { instances: 1, series: 1, frames: 1, rows: 3000, columns: 2500 },
  planStudy: (context, options) => (index) => planImage(context, options, index),
}

function planImage(context: StudyContext, options: KindOptions, index: number): InstancePlan {
  const place = placeOf(index, options)
  const sopInstanceUid = instanceUidOf(context, place.seriesNumber, place.instanceNumber)
  const series = seriesAttributes(context, {
    modality: 'DX',
    number: place.seriesNumber,
    description: 'TORACE PA',
    device: device,
  })
  const time = timeAt(context, place.instanceNumber * 30)
  const spacing = (widthMm / options.columns).toFixed(6)
  return {
    seriesInstanceUid: String(series.SeriesInstanceUID),
    sopInstanceUid,
    attributes: {
      ...context.patientAttributes,
      ...context.studyAttributes,
      ...series,
      ...acquisitionAttributes(),
      SOPClassUID: dx.sopClassUid,
      SOPInstanceUID: sopInstanceUid,
      InstanceNumber: String(place.instanceNumber),
      AcquisitionDate: context.studyDate,
      AcquisitionTime: time,
      ContentDate: context.studyDate,
      ContentTime: time,
      Rows: options.rows,
      Columns: options.columns,
      ImagerPixelSpacing: [spacing, spacing],
      PixelSpacing: [spacing, spacing],
    },
    pixels: {
      vr: 'OW',
      lengthBytes: options.rows * options.columns * 2,
      fragments: () => ownPixels(options, sopInstanceUid),
    },
  }
}

function* ownPixels(options: KindOptions, own: string): Generator<Uint8Array> {
  const rows = new Int16Array(Math.min(ownRows, options.rows) * options.columns).fill(900)
  const offset = createRandom(own).integer(0, 0x3fff_ffff)
  addNoise(rows, { deviation: 90, offset, minimum: 0, maximum: 16_383 })
  yield new Uint8Array(rows.buffer)
  const key = `${options.rows}x${options.columns}`
  let picture = pictures.get(key)
  if (picture === undefined) {
    picture = new Uint8Array(chestProjection(options.rows, options.columns).buffer)
    pictures.set(key, picture)
  }
  yield picture.subarray(rows.byteLength)
}

function acquisitionAttributes() {
  return {
    ImageType: ['ORIGINAL', 'PRIMARY'],
    PresentationIntentType: 'FOR PRESENTATION',
    BodyPartExamined: 'CHEST',
    AnatomicRegionSequence: [code('51185008', 'SCT', 'Thorax')],
    ViewPosition: 'PA',
    ViewCodeSequence: [code('399348003', 'SCT', 'postero-anterior')],
    ImageLaterality: 'U',
    PatientOrientation: ['L', 'F'],
    KVP: '125',
    ExposureTime: '8',
    XRayTubeCurrent: '320',
    Exposure: '3',
    DistanceSourceToDetector: '1800',
    Grid: 'RECIPROCATING',
    DetectorType: 'SCINTILLATOR',
    PositionerType: 'NONE',
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    BitsAllocated: 16,
    BitsStored: 14,
    HighBit: 13,
    PixelRepresentation: 0,
    PixelIntensityRelationship: 'LOG',
    PixelIntensityRelationshipSign: -1,
    RescaleIntercept: '0',
    RescaleSlope: '1',
    RescaleType: 'US',
    PresentationLUTShape: 'IDENTITY',
    WindowCenter: '7600',
    WindowWidth: '13000',
    BurnedInAnnotation: 'NO',
    LossyImageCompression: '00',
    AcquisitionContextSequence: [],
  }
}
