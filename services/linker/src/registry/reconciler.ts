import type { HealthRecord } from '@vna/record'
import type { Logger } from '@vna/runtime'
import type { Registry } from './registry.ts'

type ManifestStatus = Awaited<ReturnType<HealthRecord['publications']['listManifestStates']>>[number]

const maxManifestsPerRun = 200
/** Between two passes over all manifests. */
const pauseBetweenPassesMs = 5_000

/**
 * Compares what the registry holds with what our record says, a stretch in each run, and begins again at the end. It makes
 * the studies that differ due. Nothing is changed here: whoever takes the study asks again.
 */
export class Reconciler {
  readonly #registry: Registry
  readonly #healthRecord: Pick<HealthRecord, 'publications'>
  readonly #logger: Logger
  #after = 0
  #notBefore = 0
  #isTold = false

  constructor(o: { registry: Registry; healthRecord: Pick<HealthRecord, 'publications'>; logger: Logger }) {
    this.#registry = o.registry
    this.#healthRecord = o.healthRecord
    this.#logger = o.logger
  }

  /** One stretch; resolves how many studies differ. */
  async compareNext(signal: AbortSignal): Promise<number> {
    if (!this.#registry.isExternal || Date.now() < this.#notBefore) return 0
    const { publications } = this.#healthRecord
    const manifests = await publications.listManifestStates(this.#after, maxManifestsPerRun)
    const last = manifests.at(-1)
    if (last === undefined) {
      this.#after = 0
      this.#notBefore = Date.now() + pauseBetweenPassesMs
      return 0
    }
    const studies = await this.#differing(
      manifests.filter(({ isBusy }) => !isBusy),
      signal,
    )
    if (studies.length > 0) {
      await publications.wake({ studyInstanceUids: studies, verify: true })
      this.#logger.warn({ studies: studies.length }, 'the registry does not hold what was registered')
    }
    this.#after = last.id
    return studies.length
  }

  async #differing(manifests: readonly ManifestStatus[], signal: AbortSignal): Promise<readonly string[]> {
    if (manifests.length === 0) return []
    const entries = await this.#registry.findCurrent(
      manifests.map(({ manifestUid }) => manifestUid),
      signal,
    )
    if (entries === undefined) {
      if (!this.#isTold) this.#logger.info('the registry allows no search: our own record stands for it')
      this.#isTold = true
      return []
    }
    const counts = Map.groupBy(entries, ({ manifestUid }) => manifestUid)
    const differing = manifests.filter(({ manifestUid, state }) => {
      const found = counts.get(manifestUid)?.length ?? 0
      // What is only built may be on its way.
      return state !== 'BUILT' && found !== (state === 'REGISTERED' ? 2 : 0)
    })
    return [...new Set(differing.map(({ studyInstanceUid }) => studyInstanceUid))]
  }
}
