import { noiseAt } from './noise.ts'

/** A posteroanterior chest radiograph 360 mm wide and 432 mm high: solids add their path length, as X-rays see it. */
const widthMm = 360
const heightMm = 432
/** Drawn at a quarter of the size, then enlarged: the noise is what has to be fine. */
const reduction = 4

interface Blob {
  readonly x: number
  readonly z: number
  readonly a: number
  readonly c: number
  readonly depth: number
  readonly angle?: number
}

/** Stored value (14 bits) grows with absorption: bone bright, as MONOCHROME2 shows it. */
export function chestProjection(rows: number, columns: number): Uint16Array {
  const height = Math.ceil(rows / reduction)
  const width = Math.ceil(columns / reduction)
  const depth = new Float32Array(height * width)
  for (const blob of [...softParts(), ...bones()]) addBlob(depth, height, width, blob)
  const picture = new Uint16Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const v = Math.min(height - 1.001, row / reduction)
    for (let column = 0; column < columns; column++) {
      const u = Math.min(width - 1.001, column / reduction)
      const absorbed = 1 - Math.exp(-interpolate(depth, width, v, u) / 150)
      const value = 800 + absorbed * 13_500 + noiseAt(row * columns + column) * 90
      picture[row * columns + column] = Math.min(16_383, Math.max(0, value))
    }
  }
  return picture
}

function interpolate(depth: Float32Array, width: number, v: number, u: number): number {
  const row = Math.floor(v)
  const column = Math.floor(u)
  const index = row * width + column
  const right = u - column
  const below = v - row
  const top = (depth[index] ?? 0) * (1 - right) + (depth[index + 1] ?? 0) * right
  const bottom = (depth[index + width] ?? 0) * (1 - right) + (depth[index + width + 1] ?? 0) * right
  return top * (1 - below) + bottom * below
}

function addBlob(depth: Float32Array, height: number, width: number, blob: Blob): void {
  const scale = widthMm / width
  const angle = ((blob.angle ?? 0) * Math.PI) / 180
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const reach = Math.max(blob.a, blob.c)
  const firstRow = Math.max(0, Math.floor((blob.z - reach) / scale))
  const lastRow = Math.min(height - 1, Math.ceil((blob.z + reach) / scale))
  const firstColumn = Math.max(0, Math.floor((blob.x - reach + widthMm / 2) / scale))
  const lastColumn = Math.min(width - 1, Math.ceil((blob.x + reach + widthMm / 2) / scale))
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const dx = column * scale - widthMm / 2 - blob.x
      const dz = row * scale - blob.z
      const u = (dx * cos + dz * sin) / blob.a
      const v = (dz * cos - dx * sin) / blob.c
      const remaining = 1 - u * u - v * v
      if (remaining > 0) {
        const index = row * width + column
        depth[index] = Math.max(0, (depth[index] ?? 0) + blob.depth * Math.sqrt(remaining))
      }
    }
  }
}

function softParts(): Blob[] {
  return [
    { x: 0, z: 300, a: 165, c: 330, depth: 150 },
    { x: -130, z: 90, a: 60, c: 60, depth: 50 }, // shoulders
    { x: 130, z: 90, a: 60, c: 60, depth: 50 },
    { x: 0, z: 30, a: 48, c: 70, depth: 70 }, // neck
    { x: -78, z: 215, a: 60, c: 140, depth: -118 }, // lungs
    { x: 78, z: 210, a: 56, c: 135, depth: -118 },
    { x: 0, z: 60, a: 9, c: 70, depth: -26 }, // trachea
    { x: 30, z: 250, a: 62, c: 62, depth: 80, angle: -30 }, // heart, to the patient's left: the image's right
    { x: 4, z: 170, a: 30, c: 60, depth: 50 },
    { x: 24, z: 130, a: 18, c: 20, depth: 40 }, // aortic knob
    { x: -70, z: 380, a: 90, c: 68, depth: 130 }, // liver below the diaphragm
    { x: 80, z: 395, a: 80, c: 62, depth: 80 },
    { x: 62, z: 372, a: 26, c: 16, depth: -45 }, // gastric bubble
    { x: -28, z: 205, a: 20, c: 40, depth: 22, angle: 25 }, // hila
    { x: 32, z: 200, a: 20, c: 40, depth: 22, angle: -25 },
  ]
}

function bones(): Blob[] {
  const blobs: Blob[] = []
  for (let z = 20; z < heightMm; z += 24) blobs.push({ x: 0, z, a: 18, c: 11, depth: 46 })
  for (let pair = 0; pair < 10; pair++) {
    for (let step = 0; step <= 24; step++) {
      const theta = (step / 24) * Math.PI * 0.62
      const spread = 70 + Math.min(pair, 5) * 9
      const x = 16 + Math.sin(theta) * spread
      const back = 70 + pair * 27 - (1 - Math.cos(theta)) * -34
      for (const side of [-1, 1]) {
        blobs.push({ x: side * x, z: back, a: 6, c: 4, depth: 17 })
        // The front part of the same rib, fainter, sinking towards the sternum.
        blobs.push({ x: side * (16 + spread * Math.cos(theta * 0.7)), z: back + 34 + step, a: 6, c: 5, depth: 7 })
      }
    }
  }
  for (let step = 0; step <= 20; step++) {
    for (const side of [-1, 1]) {
      blobs.push({ x: side * (12 + step * 5.5), z: 92 - Math.sin((step / 20) * Math.PI) * 16, a: 7, c: 6, depth: 24 })
    }
  }
  return blobs
}
