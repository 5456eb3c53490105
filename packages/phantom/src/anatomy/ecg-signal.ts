import type { Random } from '../random.ts'
import { noiseAt } from './noise.ts'

export const ecgLeads = ['I', 'II', 'III', 'aVR', 'aVL', 'aVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const
export type EcgLead = (typeof ecgLeads)[number]

export const prIntervalMs = 164
export const qrsDurationMs = 92
export const qtIntervalMs = 392

/** A wave as a bell: where its peak lies from the R peak, its width, its height in mV. */
interface Wave {
  readonly atMs: number
  readonly widthMs: number
  readonly mv: number
}

/** Leads measured; the other four limb leads follow from I and II (Einthoven, Goldberger), as in a real recorder. */
const measuredWaves: Readonly<Record<string, readonly Wave[]>> = {
  I: waves({ p: 0.1, q: -0.06, r: 0.72, s: -0.12, t: 0.22 }),
  II: waves({ p: 0.16, q: -0.08, r: 1.15, s: -0.18, t: 0.32 }),
  V1: waves({ p: 0.06, q: 0, r: 0.22, s: -0.95, t: -0.08 }),
  V2: waves({ p: 0.08, q: 0, r: 0.42, s: -1.35, t: 0.38 }),
  V3: waves({ p: 0.09, q: 0, r: 0.75, s: -0.92, t: 0.46 }),
  V4: waves({ p: 0.1, q: -0.04, r: 1.35, s: -0.55, t: 0.42 }),
  V5: waves({ p: 0.1, q: -0.08, r: 1.28, s: -0.24, t: 0.34 }),
  V6: waves({ p: 0.1, q: -0.1, r: 0.98, s: -0.1, t: 0.26 }),
}

export interface EcgOptions {
  readonly samplingHz: number
  readonly samples: number
  readonly heartRate: number
  readonly random: Random
}

/** Sinus rhythm in microvolt by lead, with a breathing baseline, a little arrhythmia and noise. */
export function ecgMicrovolts(o: EcgOptions): ReadonlyMap<EcgLead, Int16Array> {
  const beats = beatTimesMs(o)
  const measured = new Map(Object.entries(measuredWaves).map(([lead, shape]) => [lead, traceOf(shape, beats, o)]))
  const at = (lead: string, sample: number): number => measured.get(lead)?.[sample] ?? 0
  const derived: Readonly<Record<string, (sample: number) => number>> = {
    III: (sample) => at('II', sample) - at('I', sample),
    aVR: (sample) => -(at('I', sample) + at('II', sample)) / 2,
    aVL: (sample) => at('I', sample) - at('II', sample) / 2,
    aVF: (sample) => at('II', sample) - at('I', sample) / 2,
  }
  return new Map(
    ecgLeads.map((lead) => {
      const value = derived[lead] ?? ((sample: number) => at(lead, sample))
      return [lead, Int16Array.from({ length: o.samples }, (_, sample) => Math.round(value(sample)))]
    }),
  )
}

function waves(o: { p: number; q: number; r: number; s: number; t: number }): readonly Wave[] {
  return [
    { atMs: -prIntervalMs + 36, widthMs: 22, mv: o.p },
    { atMs: -24, widthMs: 8, mv: o.q },
    { atMs: 0, widthMs: 11, mv: o.r },
    { atMs: 26, widthMs: 9, mv: o.s },
    // The T wave climbs slower than it falls: two bells.
    { atMs: 228, widthMs: 48, mv: o.t * 0.62 },
    { atMs: 262, widthMs: 34, mv: o.t * 0.55 },
  ]
}

function beatTimesMs(o: EcgOptions): readonly number[] {
  const interval = 60_000 / o.heartRate
  const beats: number[] = []
  let at = o.random.next() * interval - interval
  while (at < (o.samples / o.samplingHz) * 1000 + interval) {
    beats.push(at)
    at += interval * (1 + 0.025 * o.random.normal())
  }
  return beats
}

function traceOf(shape: readonly Wave[], beats: readonly number[], o: EcgOptions): Float32Array {
  const noiseOffset = o.random.integer(0, 0x3fff_ffff)
  const phase = o.random.next() * 2 * Math.PI
  const trace = new Float32Array(o.samples)
  for (let sample = 0; sample < o.samples; sample++) {
    const seconds = sample / o.samplingHz
    const breathing = 28 * Math.sin(2 * Math.PI * 0.22 * seconds + phase)
    const mains = 3 * Math.sin(2 * Math.PI * 50 * seconds)
    trace[sample] = breathing + mains + 6 * noiseAt(sample + noiseOffset)
  }
  for (const beat of beats) for (const wave of shape) addWave(trace, o.samplingHz, beat + wave.atMs, wave)
  return trace
}

function addWave(trace: Float32Array, samplingHz: number, peakMs: number, wave: Wave): void {
  const reach = wave.widthMs * 4
  const first = Math.max(0, Math.floor(((peakMs - reach) / 1000) * samplingHz))
  const last = Math.min(trace.length - 1, Math.ceil(((peakMs + reach) / 1000) * samplingHz))
  for (let sample = first; sample <= last; sample++) {
    const distance = ((sample / samplingHz) * 1000 - peakMs) / wave.widthMs
    trace[sample] = (trace[sample] ?? 0) + wave.mv * 1000 * Math.exp(-0.5 * distance * distance)
  }
}
