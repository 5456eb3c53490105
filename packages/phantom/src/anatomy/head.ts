import type { Ellipsoid } from './ellipsoids.ts'

/** A head from z = 0 (vertex) to z = 150 mm (skull base), T1-weighted signal in arbitrary units; x grows to the patient's left, y to the back. */
export const headLengthMm = 150

const scalp = 880
const skull = 60
const fluid = 180
const greyMatter = 470
const whiteMatter = 700

export function head(): readonly Ellipsoid[] {
  return [...shell(), ...sulci(), ...inside(), ...face()]
}

function shell(): Ellipsoid[] {
  return [
    { x: 0, y: 0, z: 92, a: 78, b: 98, c: 96, value: scalp },
    { x: 0, y: 0, z: 92, a: 73, b: 93, c: 89, value: skull },
    { x: 0, y: 0, z: 92, a: 68, b: 87, c: 83, value: fluid },
    { x: 0, y: 0, z: 92, a: 65, b: 84, c: 80, value: greyMatter },
    { x: -30, y: 0, z: 88, a: 26, b: 66, c: 66, angle: 4, value: whiteMatter },
    { x: 30, y: 0, z: 88, a: 26, b: 66, c: 66, angle: -4, value: whiteMatter },
    { x: 0, y: 0, z: 90, a: 1.4, b: 84, c: 80, value: fluid }, // interhemispheric fissure
  ]
}

function sulci(): Ellipsoid[] {
  const solids: Ellipsoid[] = []
  for (let degrees = 0; degrees < 360; degrees += 15) {
    const theta = (degrees * Math.PI) / 180
    const at = (radius: number) => ({ x: Math.cos(theta) * 65 * radius, y: Math.sin(theta) * 84 * radius })
    const angle = (Math.atan2(Math.sin(theta) * 84, Math.cos(theta) * 65) * 180) / Math.PI
    solids.push(
      { ...at(0.8), z: 92, a: 13, b: 4.5, c: 44, angle, value: whiteMatter }, // a gyrus
      { ...at(0.93), z: 92, a: 8, b: 1.5, c: 46, angle: angle + 7, value: fluid },
    )
  }
  return solids
}

function inside(): Ellipsoid[] {
  return [
    { x: 0, y: -4, z: 82, a: 18, b: 30, c: 10, value: whiteMatter }, // corpus callosum
    { x: -10, y: -14, z: 88, a: 6, b: 24, c: 20, angle: -14, value: fluid }, // lateral ventricles
    { x: 10, y: -14, z: 88, a: 6, b: 24, c: 20, angle: 14, value: fluid },
    { x: -20, y: 28, z: 94, a: 5, b: 18, c: 14, angle: 24, value: fluid },
    { x: 20, y: 28, z: 94, a: 5, b: 18, c: 14, angle: -24, value: fluid },
    { x: -14, y: 4, z: 104, a: 10, b: 14, c: 14, value: greyMatter + 60 }, // thalami
    { x: 14, y: 4, z: 104, a: 10, b: 14, c: 14, value: greyMatter + 60 },
    { x: 0, y: 4, z: 106, a: 2, b: 14, c: 12, value: fluid }, // third ventricle
    { x: -26, y: -6, z: 104, a: 7, b: 18, c: 15, angle: -12, value: greyMatter + 30 }, // putamina
    { x: 26, y: -6, z: 104, a: 7, b: 18, c: 15, angle: 12, value: greyMatter + 30 },
    { x: 0, y: 22, z: 142, a: 15, b: 14, c: 28, value: whiteMatter - 40 }, // brain stem
    { x: -21, y: 44, z: 144, a: 25, b: 22, c: 24, angle: 20, value: greyMatter + 40 }, // cerebellum
    { x: 21, y: 44, z: 144, a: 25, b: 22, c: 24, angle: -20, value: greyMatter + 40 },
    { x: -21, y: 44, z: 144, a: 14, b: 10, c: 14, angle: 20, value: whiteMatter },
    { x: 21, y: 44, z: 144, a: 14, b: 10, c: 14, angle: -20, value: whiteMatter },
    { x: 0, y: 38, z: 140, a: 6, b: 4, c: 12, value: fluid }, // fourth ventricle
  ]
}

function face(): Ellipsoid[] {
  return [
    { x: -32, y: -78, z: 140, a: 15, b: 16, c: 14, value: scalp - 120 }, // orbital fat
    { x: 32, y: -78, z: 140, a: 15, b: 16, c: 14, value: scalp - 120 },
    { x: -32, y: -82, z: 140, a: 12, b: 12, c: 12, value: fluid - 20 }, // eyes
    { x: 32, y: -82, z: 140, a: 12, b: 12, c: 12, value: fluid - 20 },
    { x: 0, y: -74, z: 148, a: 12, b: 14, c: 14, value: 30 }, // nasal cavity
  ]
}
