import { currentVersion } from '../versions/current-version.ts'
import type { PlannedInstance } from './plan-study.ts'

/** Which version of an instance one of its senders is shown. */
export interface HolderView {
  readonly entityId: number
  readonly sopHash: number
  readonly version: number
  readonly seriesInstanceUid: string
}

/** What each sender sees of what it sent: the current version as if nobody else had sent anything. */
export function holderViewsOf(instances: readonly PlannedInstance[]): readonly HolderView[] {
  return instances.flatMap(({ sopHash, versions }) => {
    const senders = new Set(versions.flatMap(({ arrivals }) => arrivals.map(({ entityId }) => entityId)))
    return [...senders].flatMap((entityId) => {
      const own = versions
        .map((version) => ({ ...version, arrivals: version.arrivals.filter((one) => one.entityId === entityId) }))
        .filter(({ arrivals }) => arrivals.length > 0)
      const current = currentVersion(own, entityId)
      const shown = own.find(({ version }) => version === current)
      return shown === undefined
        ? []
        : { entityId, sopHash, version: current, seriesInstanceUid: shown.seriesInstanceUid }
    })
  })
}
