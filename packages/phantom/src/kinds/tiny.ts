import { addNoise } from '../anatomy/noise.ts'
import { instanceUidOf, placeOf, seriesAttributes, timeAt } from '../headers.ts'
import type { KindDefinition } from '../plan.ts'
import { createRandom } from '../random.ts'

const device = { manufacturer: 'Phantom Imaging', model: 'Mini CR', station: 'CR01' }

/** A study of one small instance: what loads the catalog rather than the disk. */
export const tiny: KindDefinition = {
  sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
  modality: 'CR',
  studyDescription: 'RX MANO',
  defaults: { instances: 1, series: 1, frames: 1, rows: 64, columns: 64 },
  planStudy: (context, options) => (index) => {
    const place = placeOf(index, options)
    const sopInstanceUid = instanceUidOf(context, place.seriesNumber, place.instanceNumber)
    const series = seriesAttributes(context, {
      modality: 'CR',
      number: place.seriesNumber,
      description: 'MANO AP',
      device: device,
    })
    const time = timeAt(context, place.instanceNumber * 20)
    return {
      seriesInstanceUid: String(series.SeriesInstanceUID),
      sopInstanceUid,
      attributes: {
        ...context.patientAttributes,
        ...context.studyAttributes,
        ...series,
        SOPClassUID: tiny.sopClassUid,
        SOPInstanceUID: sopInstanceUid,
        ImageType: ['ORIGINAL', 'PRIMARY'],
        InstanceNumber: String(place.instanceNumber),
        AcquisitionDate: context.studyDate,
        AcquisitionTime: time,
        ContentDate: context.studyDate,
        ContentTime: time,
        BodyPartExamined: 'HAND',
        ViewPosition: 'AP',
        Laterality: context.patient.sex === 'F' ? 'L' : 'R',
        PatientOrientation: ['L', 'F'],
        KVP: '50',
        SamplesPerPixel: 1,
        PhotometricInterpretation: 'MONOCHROME2',
        Rows: options.rows,
        Columns: options.columns,
        BitsAllocated: 16,
        BitsStored: 12,
        HighBit: 11,
        PixelRepresentation: 0,
        WindowCenter: '2048',
        WindowWidth: '4096',
        BurnedInAnnotation: 'NO',
      },
      pixels: {
        vr: 'OW',
        lengthBytes: options.rows * options.columns * 2,
        fragments: () => [handPixels(options.rows, options.columns, sopInstanceUid)],
      },
    }
  },
}

/** Five bright bars (fingers) on a palm; the noise is the instance's own. */
function handPixels(rows: number, columns: number, own: string): Uint8Array {
  const picture = new Int16Array(rows * columns).fill(300)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const u = (column / columns - 0.5) * 2
      const v = row / rows
      const finger = Math.abs(((u + 0.75) % 0.3) - 0.15)
      const inPalm = v > 0.55 && Math.abs(u) < 0.72
      const inFinger = v > 0.12 + u * u * 0.35 && v <= 0.55 && Math.abs(u) < 0.75 && finger < 0.1
      if (inPalm || inFinger) picture[row * columns + column] = finger < 0.05 ? 2900 : 1800
    }
  }
  const offset = createRandom(own).integer(0, 0x3fff_ffff)
  addNoise(picture, { deviation: 60, offset, minimum: 0, maximum: 4095 })
  return new Uint8Array(picture.buffer)
}
