import { machineCpuSeconds, ownCpuSeconds, treeCpuSeconds, treePssBytes } from './process-tree.ts'

/** Reading the memory of a large tree costs milliseconds: often enough to see a peak, rarely enough not to make one. */
const memorySampleMs = 250
/** Ticks of work just done may be booked a little later. */
const cpuSettleMs = 200

export interface Usage {
  readonly seconds: number
  /** CPU of the server's tree, until it has settled. */
  readonly serverCpuSeconds: number
  /** Cores kept busy by whoever is neither server nor client: what makes a run noise rather than news. */
  readonly othersCpuCores: number
  readonly peakPssBytes: number
}

export interface Phase<T> {
  readonly rootPids: () => readonly number[]
  readonly run: () => Promise<T>
  /** Waits until the server has nothing left to do for the run; its CPU counts, its time does not. */
  readonly settle: () => Promise<void>
}

export async function measure<T>(phase: Phase<T>): Promise<{ readonly result: T; readonly usage: Usage }> {
  const serverBefore = treeCpuSeconds(phase.rootPids())
  const ownBefore = ownCpuSeconds()
  const machineBefore = machineCpuSeconds()
  let peakPssBytes = treePssBytes(phase.rootPids())
  const sampler = setInterval(() => {
    peakPssBytes = Math.max(peakPssBytes, treePssBytes(phase.rootPids()))
  }, memorySampleMs)
  try {
    const startedAt = performance.now()
    const result = await phase.run()
    const seconds = (performance.now() - startedAt) / 1000
    await phase.settle()
    await new Promise((resolve) => setTimeout(resolve, cpuSettleMs))
    const serverCpuSeconds = treeCpuSeconds(phase.rootPids()) - serverBefore
    const ownSeconds = ownCpuSeconds() - ownBefore
    const othersSeconds = machineCpuSeconds() - machineBefore - serverCpuSeconds - ownSeconds
    const elapsedSeconds = (performance.now() - startedAt) / 1000
    const othersCpuCores = Math.max(0, othersSeconds / elapsedSeconds)
    return { result, usage: { seconds, serverCpuSeconds, othersCpuCores, peakPssBytes } }
  } finally {
    clearInterval(sampler)
  }
}
