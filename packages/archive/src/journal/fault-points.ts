/** The write boundaries of a segment, in order: tests kill the process or fail the disk at each. */
export const faultPoints = [
  'after-create',
  'after-data',
  'after-header',
  'after-sync',
  'before-seal',
  'after-trailer',
  'after-rename',
] as const

export type FaultPoint = (typeof faultPoints)[number]

/** Reached between two steps; what it throws, or rejects with, fails the step that would follow. */
export interface FaultPoints {
  reach(point: FaultPoint): void | Promise<void>
}
