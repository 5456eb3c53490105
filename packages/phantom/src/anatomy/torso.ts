import { createRandom } from '../random.ts'
import type { Ellipsoid } from './ellipsoids.ts'

/** Chest and upper abdomen from z = 0 (above the lung apex) to z = 320 mm, values in Hounsfield units; x grows to the patient's left, y to the back. */
export const torsoLengthMm = 320
export const airHu = -1000

const ribPairs = 12

export function torso(): readonly Ellipsoid[] {
  return [...trunk(), ...lungs(), ...mediastinum(), ...abdomen(), ...spine(), ...ribs()]
}

function trunk(): Ellipsoid[] {
  return [
    { x: 0, y: 0, z: 160, a: 172, b: 118, c: Infinity, value: -95 }, // fat
    { x: 0, y: 4, z: 160, a: 156, b: 102, c: Infinity, value: 52 }, // muscle
    { x: 0, y: 178, z: 160, a: 190, b: 24, c: Infinity, value: -720 }, // couch
    { x: 0, y: 178, z: 160, a: 184, b: 19, c: Infinity, value: -930 },
  ]
}

function lungs(): Ellipsoid[] {
  const random = createRandom('lung vessels')
  const solids: Ellipsoid[] = [-1, 1].map((side) => ({ x: side * 74, y: 2, z: 128, a: 58, b: 80, c: 118, value: -860 }))
  for (let index = 0; index < 260; index++) {
    const side = index % 2 === 0 ? -1 : 1
    const radius = 1 + random.next() * 3
    solids.push({
      x: side * (28 + random.next() * 88),
      y: -55 + random.next() * 110,
      z: 25 + random.next() * 200,
      a: radius,
      b: radius,
      c: 4 + random.next() * 18,
      value: 20 + random.integer(0, 60),
    })
  }
  // Vessels painted outside of the lungs vanish under the chest wall's own value.
  return solids.filter((solid) => solid.a > 10 || insideLung(solid))
}

function insideLung(solid: Ellipsoid): boolean {
  const u = (Math.abs(solid.x) - 74) / 55
  const v = (solid.y - 2) / 76
  const w = (solid.z - 128) / 112
  return u * u + v * v + w * w < 1
}

function mediastinum(): Ellipsoid[] {
  return [
    { x: 0, y: 2, z: 120, a: 26, b: 62, c: 140, value: 38 },
    { x: 0, y: 22, z: 30, a: 9, b: 9, c: 95, value: -1000 }, // trachea
    { x: -22, y: 26, z: 128, a: 7, b: 6, c: 16, angle: 30, value: -990 }, // main bronchi
    { x: 22, y: 26, z: 128, a: 6, b: 6, c: 16, angle: -30, value: -990 },
    { x: 22, y: -28, z: 182, a: 62, b: 50, c: 52, angle: 35, value: 45 }, // heart
    { x: 34, y: -22, z: 186, a: 28, b: 21, c: 34, angle: 35, value: 190 }, // left ventricle
    { x: -4, y: -46, z: 180, a: 26, b: 20, c: 36, angle: 20, value: 165 }, // right ventricle
    { x: 6, y: -14, z: 118, a: 15, b: 15, c: 40, value: 230 }, // ascending aorta
    { x: 24, y: 50, z: 220, a: 12, b: 12, c: 150, value: 220 }, // descending aorta
    { x: -24, y: -12, z: 110, a: 9, b: 10, c: 50, value: 200 }, // superior vena cava
  ]
}

function abdomen(): Ellipsoid[] {
  return [
    { x: -62, y: -6, z: 292, a: 84, b: 82, c: 68, angle: 15, value: 105 }, // liver
    { x: -70, y: -40, z: 306, a: 14, b: 20, c: 22, value: 12 }, // gall bladder
    { x: 62, y: -46, z: 292, a: 52, b: 36, c: 52, angle: -25, value: 28 }, // stomach
    { x: 58, y: -62, z: 288, a: 34, b: 14, c: 34, angle: -15, value: -960 }, // its air
    { x: 102, y: 38, z: 288, a: 28, b: 46, c: 42, angle: -20, value: 118 }, // spleen
    { x: -64, y: 62, z: 322, a: 26, b: 30, c: 42, angle: -30, value: 170 }, // kidneys
    { x: 64, y: 60, z: 316, a: 26, b: 30, c: 42, angle: 30, value: 172 },
  ]
}

function spine(): Ellipsoid[] {
  const solids: Ellipsoid[] = [
    { x: 0, y: 62, z: 160, a: 8, b: 8, c: Infinity, value: 60 },
    { x: 0, y: -96, z: 110, a: 17, b: 6, c: 88, value: 420 }, // sternum
    { x: 0, y: -96, z: 110, a: 14, b: 3, c: 86, value: 180 },
  ]
  for (let z = -5; z < torsoLengthMm + 20; z += 26) {
    solids.push(
      { x: 0, y: 62, z, a: 21, b: 17, c: 14, value: 560 },
      { x: 0, y: 62, z, a: 18, b: 14, c: 12, value: 230 },
      { x: 0, y: 94, z: z + 4, a: 5, b: 18, c: 9, value: 480 },
      { x: -20, y: 84, z, a: 20, b: 6, c: 7, angle: 25, value: 430 },
      { x: 20, y: 84, z, a: 20, b: 6, c: 7, angle: -25, value: 430 },
    )
  }
  solids.push({ x: 0, y: 85, z: 160, a: 8, b: 7, c: Infinity, value: 20 }) // canal
  return solids
}

/** Each rib is a chain of small solids on an ellipse that sinks from the back to the front. */
function ribs(): Ellipsoid[] {
  const solids: Ellipsoid[] = []
  for (let pair = 0; pair < ribPairs; pair++) {
    const backZ = 18 + pair * 23
    for (let degrees = -64; degrees <= 64; degrees += 6) {
      const along = (degrees + 64) / 128
      const theta = (degrees * Math.PI) / 180
      const x = Math.cos(theta) * 143
      const y = -Math.sin(theta) * 92 + 2
      const z = backZ + along * 62
      const angle = (Math.atan2(-Math.cos(theta) * 92, -Math.sin(theta) * 143) * 180) / Math.PI
      for (const side of [-1, 1]) {
        solids.push(
          { x: side * x, y, z, a: 11, b: 4.5, c: 6.5, angle: side * angle, value: 520 },
          { x: side * x, y, z, a: 10, b: 2.5, c: 4.5, angle: side * angle, value: 260 },
        )
      }
    }
  }
  return solids
}
