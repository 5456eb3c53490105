import type { ObjectStore, ObjectStoreOperation } from './object-store.ts'
import { openObjectStore } from './open-object-store.ts'
import { type ConfiguredCredentials, configuredCredentials } from './s3/configured-credentials.ts'

/** What a service's configuration says of the object store. */
export interface ObjectStoreConfig extends ConfiguredCredentials {
  readonly objectStore: string
  readonly home: string
}

export interface ObjectStoreMetrics {
  readonly objectStoreSeconds: {
    observe(labels: { operation: ObjectStoreOperation; outcome: 'ok' | 'error' }, seconds: number): void
  }
}

/** The object store of a service, with the time of its operations measured. */
export function openConfiguredStore(config: ObjectStoreConfig, metrics: ObjectStoreMetrics): ObjectStore {
  return openObjectStore(config.objectStore, {
    homeFolder: config.home,
    observe: (operation, outcome, seconds) =>
      metrics.objectStoreSeconds.observe({ operation, outcome: outcome === 'ok' ? 'ok' : 'error' }, seconds),
    ...configuredCredentials(config),
  })
}
