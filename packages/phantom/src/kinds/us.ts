import { beatFrames, heartFrame, rgbToYbrFull422 } from '../anatomy/heart-ultrasound.ts'
import { instanceUidOf, placeOf, seriesAttributes, timeAt } from '../headers.ts'
import { createPictureCache } from '../picture-cache.ts'
import type { InstancePlan, KindDefinition, KindOptions, StudyContext } from '../plan.ts'
import { createRandom } from '../random.ts'

const sopClassUltrasoundMultiFrame = '1.2.840.10008.5.1.4.1.1.3.1'
const device = { manufacturer: 'Phantom Imaging', model: 'Echo 5', station: 'US01' }
const frameTimeMs = 40
/** Rows at the bottom of each frame where a trace moves: no two frames of a loop are equal. */
const traceRows = 4

type Colour = 'RGB' | 'YBR_FULL_422'
const frameCache = createPictureCache()

export const us: KindDefinition = kind('RGB')
export const usYbr: KindDefinition = kind('YBR_FULL_422')

/** Echocardiography loop, 8 bits, in colour. */
function kind(colour: Colour): KindDefinition {
  return {
    sopClassUid: sopClassUltrasoundMultiFrame,
    modality: 'US',
    studyDescription: 'ECOCOLORDOPPLERGRAFIA CARDIACA',
    defaults: { instances: 1, series: 1, frames: 60, rows: 480, columns: 640 },
    planStudy: (context, options) => (index) => planLoop(context, options, colour, index),
  }
}

function planLoop(context: StudyContext, options: KindOptions, colour: Colour, index: number): InstancePlan {
  const place = placeOf(index, options)
  const sopInstanceUid = instanceUidOf(context, place.seriesNumber, place.instanceNumber)
  const series = seriesAttributes(context, {
    modality: 'US',
    number: place.seriesNumber,
    description: 'APICALE 4 CAMERE',
    device: device,
  })
  const time = timeAt(context, place.instanceNumber * 30)
  const frameBytes = frameBytesOf(options, colour)
  const padding = (frameBytes * options.frames) % 2
  return {
    seriesInstanceUid: String(series.SeriesInstanceUID),
    sopInstanceUid,
    attributes: {
      ...context.patientAttributes,
      ...context.studyAttributes,
      ...series,
      SOPClassUID: sopClassUltrasoundMultiFrame,
      SOPInstanceUID: sopInstanceUid,
      ImageType: ['ORIGINAL', 'PRIMARY'],
      InstanceNumber: String(place.instanceNumber),
      AcquisitionDateTime: `${context.studyDate}${time}`,
      ContentDate: context.studyDate,
      ContentTime: time,
      BodyPartExamined: 'HEART',
      PatientOrientation: '',
      TransducerType: 'SECTOR_PHASED',
      HeartRate: String(Math.round(60_000 / (beatFrames * frameTimeMs))),
      FrameTime: String(frameTimeMs),
      FrameIncrementPointer: '00181063',
      CineRate: String(1000 / frameTimeMs),
      RecommendedDisplayFrameRate: String(1000 / frameTimeMs),
      NumberOfFrames: String(options.frames),
      SamplesPerPixel: 3,
      PhotometricInterpretation: colour,
      PlanarConfiguration: 0,
      Rows: options.rows,
      Columns: options.columns,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
      BurnedInAnnotation: 'NO',
      UltrasoundColorDataPresent: 1,
      LossyImageCompression: '00',
    },
    pixels: {
      vr: 'OB',
      lengthBytes: frameBytes * options.frames + padding,
      fragments: () => frames(options, colour, sopInstanceUid),
    },
  }
}

function* frames(options: KindOptions, colour: Colour, own: string): Generator<Uint8Array> {
  const random = createRandom(own)
  const phase = random.integer(0, beatFrames - 1)
  const rowBytes = frameBytesOf(options, colour) / options.rows
  const traceBytes = Math.min(traceRows, options.rows) * rowBytes
  const frameBytes = frameBytesOf(options, colour)
  for (let frame = 0; frame < options.frames; frame++) {
    yield cachedFrame(options, colour, (frame + phase) % beatFrames).subarray(0, frameBytes - traceBytes)
    const trace = Buffer.alloc(traceBytes, colour === 'RGB' ? 0 : 128)
    // A bar that grows with the frames, and 8 bytes of the frame's own.
    trace.fill(colour === 'RGB' ? 200 : 128, 8, 8 + Math.floor(((frame % 50) / 50) * (rowBytes - 8)))
    if (traceBytes >= 8) {
      trace.writeUInt32LE(frame + 1, 0)
      trace.writeUInt32LE(random.integer(0, 0x7fff_ffff), 4)
    }
    yield trace
  }
  if ((frameBytes * options.frames) % 2 === 1) yield Uint8Array.of(0)
}

function frameBytesOf(options: KindOptions, colour: Colour): number {
  return options.rows * options.columns * (colour === 'RGB' ? 3 : 2)
}

function cachedFrame(options: KindOptions, colour: Colour, frame: number): Uint8Array {
  const key = `${colour} ${options.rows}x${options.columns} ${frame}`
  const known = frameCache.get(key)
  if (known !== undefined) return known
  const rgb = heartFrame(options.rows, options.columns, frame)
  const picture = colour === 'RGB' ? rgb : rgbToYbrFull422(rgb)
  frameCache.set(key, picture)
  return picture
}
