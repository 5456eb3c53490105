import { type Ellipsoid, paintSlice, type SliceGeometry } from './anatomy/ellipsoids.ts'
import { addNoise } from './anatomy/noise.ts'
import { createPictureCache } from './picture-cache.ts'
import type { PixelPlan } from './plan.ts'
import { createRandom } from './random.ts'

/** Slices rendered once a process, as long as they are used; the instances between two of them share the picture and differ by noise at its edge. */
const baseSlices = 48
/** Rows at the top (air) with noise of the instance's own, and the largest shift of a study's pictures. */
const ownRows = 6
const maxShiftRows = 6
const maxShiftColumns = 16

export interface VolumeOptions {
  readonly solids: readonly Ellipsoid[]
  readonly lengthMm: number
  readonly background: number
  /** Added to every value when it is stored, e.g. 1024 for Hounsfield units in unsigned pixels. */
  readonly storedOffset: number
  readonly noiseDeviation: number
  readonly maximum: number
}

export interface OwnerUids {
  readonly studyInstanceUid: string
  readonly sopInstanceUid: string
}

export interface SliceVolume {
  /** Pixel data of the slice at a fraction of the length; the UIDs seed what is the study's and the instance's own. */
  pixels(fraction: number, uids: OwnerUids, geometry: SliceGeometry): PixelPlan
}

export function createSliceVolume(o: VolumeOptions): SliceVolume {
  const cache = createPictureCache()
  const baseSlice = (index: number, geometry: SliceGeometry): Uint8Array => {
    const key = `${index} ${geometry.rows}x${geometry.columns} ${geometry.pixelSpacing}`
    const known = cache.get(key)
    if (known !== undefined) return known
    const rendered = renderSlice(o, index, geometry)
    cache.set(key, rendered)
    return rendered
  }
  return {
    pixels: (fraction, uids, geometry) => {
      const base = baseSlice(Math.min(baseSlices - 1, Math.floor(fraction * baseSlices)), geometry)
      return { vr: 'OW', lengthBytes: base.length, fragments: () => ownFragments(o, base, uids, geometry) }
    },
  }
}

function renderSlice(o: VolumeOptions, index: number, geometry: SliceGeometry): Uint8Array {
  const slice = new Int16Array(geometry.rows * geometry.columns).fill(o.background)
  paintSlice(slice, geometry, o.solids, ((index + 0.5) / baseSlices) * o.lengthMm)
  for (let pixel = 0; pixel < slice.length; pixel++) slice[pixel] = (slice[pixel] ?? 0) + o.storedOffset
  addNoise(slice, {
    deviation: o.noiseDeviation,
    offset: index * 7919,
    minimum: 0,
    maximum: o.maximum,
  })
  return new Uint8Array(slice.buffer)
}

/** The base shifted by a few rows and columns (air wraps into air), below rows of noise that no other instance has. */
function* ownFragments(
  o: VolumeOptions,
  base: Uint8Array,
  uids: OwnerUids,
  geometry: SliceGeometry,
): Generator<Uint8Array> {
  const rowBytes = geometry.columns * 2
  const rows = new Int16Array(ownRows * geometry.columns).fill(o.background + o.storedOffset)
  addNoise(rows, {
    deviation: o.noiseDeviation,
    offset: createRandom(uids.sopInstanceUid).integer(0, 0x3fff_ffff),
    minimum: 0,
    maximum: o.maximum,
  })
  yield new Uint8Array(rows.buffer)
  // The same for a whole study: a jump between slices would be no anatomy.
  const random = createRandom(uids.studyInstanceUid)
  const shift = random.integer(0, maxShiftRows) * rowBytes + random.integer(0, maxShiftColumns) * 2
  const start = ownRows * rowBytes
  // A rotation of what lies below the own rows, so that the length stays what the header says.
  yield base.subarray(start + shift)
  yield base.subarray(start, start + shift)
}
