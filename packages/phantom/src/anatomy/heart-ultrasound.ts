import { noiseAt } from './noise.ts'

/** Pictures of one heartbeat; a loop repeats them. */
export const beatFrames = 20
const sectorHalfAngle = 0.68

/** One picture of an apical four-chamber view, RGB by pixel: a grey sector with speckle, and a Doppler box in colour. */
export function heartFrame(rows: number, columns: number, frame: number): Uint8Array {
  const picture = new Uint8Array(rows * columns * 3)
  const contraction = 0.5 - 0.5 * Math.cos((2 * Math.PI * frame) / beatFrames)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = (column - columns / 2) / rows
      const y = (row + rows * 0.02) / rows
      const depth = Math.hypot(x, y)
      const angle = Math.atan2(x, y)
      const offset = (row * columns + column) * 3
      if (depth > 0.94 || depth < 0.03 || Math.abs(angle) > sectorHalfAngle) continue
      // Speckle is coarser across the beam than along it, and it stays with the tissue.
      const speckle = 1 + 0.45 * noiseAt(Math.floor(depth * 420) * 173 + Math.floor((angle + 1) * 150))
      const grey = Math.min(255, Math.max(4, tissue(x, y, contraction) * speckle * (1.1 - 0.45 * depth)))
      picture[offset] = grey
      picture[offset + 1] = grey
      picture[offset + 2] = grey
      colourFlow(picture, offset, { x, y, contraction, grey })
    }
  }
  return picture
}

interface Chamber {
  readonly x: number
  readonly y: number
  readonly a: number
  readonly b: number
}

function tissue(x: number, y: number, contraction: number): number {
  const ventricleScale = 1 - 0.28 * contraction
  const atriumScale = 0.88 + 0.14 * contraction
  const chambers: readonly Chamber[] = [
    { x: 0.1, y: 0.36, a: 0.085 * ventricleScale, b: 0.2 * ventricleScale },
    { x: -0.11, y: 0.38, a: 0.07 * ventricleScale, b: 0.17 * ventricleScale },
    { x: 0.1, y: 0.69, a: 0.095 * atriumScale, b: 0.1 * atriumScale },
    { x: -0.11, y: 0.69, a: 0.09 * atriumScale, b: 0.1 * atriumScale },
  ]
  let brightness = Math.hypot(x / 0.3, (y - 0.5) / 0.42) < 1 ? 120 : 55
  for (const chamber of chambers) {
    const r = Math.hypot((x - chamber.x) / chamber.a, (y - chamber.y) / chamber.b)
    if (r < 1) brightness = 12
    else if (r < 1.1) brightness = Math.max(brightness, 210) // endocardium
  }
  return brightness
}

function colourFlow(
  picture: Uint8Array,
  offset: number,
  o: { readonly x: number; readonly y: number; readonly contraction: number; readonly grey: number },
): void {
  const inJet = Math.hypot((o.x - 0.1) / 0.045, (o.y - 0.53) / 0.14) < 1
  if (!inJet || o.grey > 60) return
  const filling = o.contraction < 0.5
  picture[offset] = filling ? 200 : 20
  picture[offset + 1] = filling ? 60 + o.grey : 40 + o.grey
  picture[offset + 2] = filling ? 20 : 210
}

/** YBR_FULL_422 (PS3.3 C.7.6.3.1.2): Y1 Y2 Cb Cr for each pair of pixels, the colour that of the first of them. */
export function rgbToYbrFull422(rgb: Uint8Array): Uint8Array {
  const ybr = new Uint8Array((rgb.length / 3) * 2)
  let at = 0
  for (let index = 0; index < rgb.length; index += 6) {
    const r = rgb[index] ?? 0
    const g = rgb[index + 1] ?? 0
    const b = rgb[index + 2] ?? 0
    ybr[at++] = luminance(r, g, b)
    ybr[at++] = luminance(rgb[index + 3] ?? 0, rgb[index + 4] ?? 0, rgb[index + 5] ?? 0)
    ybr[at++] = clamp(128 - 0.1687 * r - 0.3313 * g + 0.5 * b)
    ybr[at++] = clamp(128 + 0.5 * r - 0.4187 * g - 0.0813 * b)
  }
  return ybr
}

function luminance(r: number, g: number, b: number): number {
  return Math.round(0.299 * r + 0.587 * g + 0.114 * b)
}

function clamp(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)))
}
