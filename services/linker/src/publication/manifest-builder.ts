import type { ManifestOptions, ManifestStudy } from '@vna/fse'
import { ThreadPool } from '@vna/threads'
import { type ManifestBytes, manifestBytesOf } from './manifest-bytes.ts'
import type { ManifestOrder } from './manifest-thread.ts'

export const manifestBuilderLimits = {
  /** A larger study is built in a thread: 1,000 instances take some 80 ms, and requests wait so long. */
  maxInlineInstances: 1_000,
  threads: 2,
  /** More than studies are ever published at the same time. */
  maxWaiting: 1_000,
  taskTimeoutMs: 120_000,
  threadHeapMiB: 2_048,
} as const

/** Builds both formats of a manifest; those of large studies in a thread. close() ends the threads. */
export class ManifestBuilder {
  readonly #threads: ThreadPool<ManifestOrder, ManifestBytes>
  readonly #maxInlineInstances: number

  constructor(limits: Partial<typeof manifestBuilderLimits> = {}) {
    const { maxInlineInstances, ...threads } = { ...manifestBuilderLimits, ...limits }
    this.#maxInlineInstances = maxInlineInstances
    this.#threads = new ThreadPool({ file: new URL('./manifest-thread.ts', import.meta.url), ...threads })
  }

  /** Throws ManifestError, and ThreadPoolError where a study takes too long or too much. */
  async build(study: ManifestStudy, options: ManifestOptions): Promise<ManifestBytes> {
    const instances = study.series.reduce((sum, series) => sum + series.instances.length, 0)
    if (instances <= this.#maxInlineInstances) return manifestBytesOf(study, options)
    return this.#threads.run({ study, options })
  }

  async close(): Promise<void> {
    await this.#threads.close()
  }
}
