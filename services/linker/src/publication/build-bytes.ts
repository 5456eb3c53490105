import { Worker } from 'node:worker_threads'
import type { ManifestOptions, ManifestStudy } from '@vna/fse'
import { type ManifestBytes, manifestBytesOf } from './manifest-bytes.ts'

export const buildLimits = {
  /** A larger study is built in a thread of its own: 1,000 instances take some 80 ms, and requests wait so long. */
  maxInlineInstances: 1_000,
  threadLimitMs: 120_000,
  threadHeapMib: 2_048,
} as const

export async function buildBytes(study: ManifestStudy, options: ManifestOptions): Promise<ManifestBytes> {
  const instances = study.series.reduce((sum, series) => sum + series.instances.length, 0)
  return instances <= buildLimits.maxInlineInstances ? manifestBytesOf(study, options) : inThread(study, options)
}

async function inThread(study: ManifestStudy, options: ManifestOptions): Promise<ManifestBytes> {
  const worker = new Worker(new URL('./manifest-thread.ts', import.meta.url), {
    workerData: { study, options },
    resourceLimits: { maxOldGenerationSizeMb: buildLimits.threadHeapMib },
  })
  const { promise, resolve, reject } = Promise.withResolvers<ManifestBytes>()
  const timer = setTimeout(() => reject(new Error('a manifest took too long')), buildLimits.threadLimitMs)
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => reject(new Error('a manifest thread ended early')))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}
