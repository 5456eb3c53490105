import type { AccessControl } from '@vna/access'
import type { ObjectStore } from '@vna/archive'
import type { DicomJson, InstanceLocator, LocatedInstance, Predicate, Query, QueryKey } from '@vna/catalog'
import type { RequestLimiter } from '@vna/http'
import type { BlockPool, PrefetchOptions, SidecarCache } from '@vna/retrieval'
import type { Logger } from '@vna/runtime'
import type { TransmissionRecorder } from '@vna/transmissions'
import type { SearchTurns } from './search-turns.ts'

/** The catalog as searches and retrievals need it. */
export interface StudyIndex {
  search(query: Query, predicate: Predicate): Promise<readonly DicomJson[]>
  locateInstances(locator: InstanceLocator, predicate: Predicate): Promise<readonly LocatedInstance[]>
  unsupportedKeys(query: Query): readonly QueryKey[]
}

/** Everything the DICOMweb routes are made of. */
export interface DicomwebDependencies {
  readonly index: StudyIndex
  readonly store: ObjectStore
  readonly sidecars: SidecarCache
  readonly pool: BlockPool
  readonly prefetch: PrefetchOptions | undefined
  readonly access: Pick<AccessControl, 'authorize'>
  readonly transmissions: TransmissionRecorder
  readonly limiter: RequestLimiter
  /** Searches take turns by who asks; the database serves a few at a time. */
  readonly searches: SearchTurns
  readonly logger: Logger
  /** How long a client may take to accept one block of an answer. */
  readonly stallLimitMs: number
  /** For URLs in answers to requests without a Host. */
  readonly fallbackHost: string
}
