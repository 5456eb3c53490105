/** A solid of one value; lengths in mm. Later ones paint over earlier ones. */
export interface Ellipsoid {
  readonly x: number
  readonly y: number
  readonly z: number
  readonly a: number
  readonly b: number
  /** Semi-axis along z; Infinity makes a cylinder. */
  readonly c: number
  /** Rotation in the x-y plane, degrees. */
  readonly angle?: number
  readonly value: number
}

export interface SliceGeometry {
  readonly rows: number
  readonly columns: number
  readonly pixelSpacing: number
}

/** Paints where the plane z cuts the solids, into a slice already filled with the background. */
export function paintSlice(target: Int16Array, geometry: SliceGeometry, solids: readonly Ellipsoid[], z: number): void {
  for (const solid of solids) {
    const dz = Number.isFinite(solid.c) ? (z - solid.z) / solid.c : 0
    const remaining = 1 - dz * dz
    if (remaining > 0) paintEllipse(target, geometry, solid, Math.sqrt(remaining))
  }
}

function paintEllipse(target: Int16Array, geometry: SliceGeometry, solid: Ellipsoid, scale: number): void {
  const { rows, columns, pixelSpacing } = geometry
  const a = solid.a * scale
  const b = solid.b * scale
  const angle = ((solid.angle ?? 0) * Math.PI) / 180
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const halfWidth = Math.hypot(a * cos, b * sin)
  const halfHeight = Math.hypot(a * sin, b * cos)
  const firstRow = Math.max(0, Math.ceil((solid.y - halfHeight) / pixelSpacing + rows / 2))
  const lastRow = Math.min(rows - 1, Math.floor((solid.y + halfHeight) / pixelSpacing + rows / 2))
  const firstColumn = Math.max(0, Math.ceil((solid.x - halfWidth) / pixelSpacing + columns / 2))
  const lastColumn = Math.min(columns - 1, Math.floor((solid.x + halfWidth) / pixelSpacing + columns / 2))
  for (let row = firstRow; row <= lastRow; row++) {
    const dy = (row - rows / 2) * pixelSpacing - solid.y
    for (let column = firstColumn; column <= lastColumn; column++) {
      const dx = (column - columns / 2) * pixelSpacing - solid.x
      const u = (dx * cos + dy * sin) / a
      const v = (dy * cos - dx * sin) / b
      if (u * u + v * v <= 1) target[row * columns + column] = solid.value
    }
  }
}
