import { configuredCredentials, type ObjectStore, openObjectStore } from '@vna/archive'
import type { Metrics } from '@vna/runtime'
import type { LinkerConfig } from './config.ts'

/** Reports and manifests lie beside the packs. */
export function openStore(config: LinkerConfig, metrics: Metrics): ObjectStore {
  return openObjectStore(config.objectStore, {
    homeFolder: config.home,
    ...configuredCredentials(config),
    observe: (operation, outcome, seconds) =>
      metrics.objectStoreSeconds.observe({ operation, outcome: outcome === 'ok' ? 'ok' : 'error' }, seconds),
  })
}
