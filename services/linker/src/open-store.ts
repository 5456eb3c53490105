import { type ObjectStore, openObjectStore } from '@vna/archive'
import type { Metrics } from '@vna/runtime'
import type { LinkerConfig } from './config.ts'

/** Reports and manifests lie beside the packs. */
export function openStore(config: LinkerConfig, metrics: Metrics): ObjectStore {
  const { awsAccessKeyId, awsSecretAccessKey, awsSessionToken } = config
  return openObjectStore(config.objectStore, {
    homeFolder: config.home,
    ...(awsAccessKeyId !== undefined &&
      awsSecretAccessKey !== undefined && {
        credentials: {
          accessKeyId: awsAccessKeyId,
          secretAccessKey: awsSecretAccessKey.reveal(),
          ...(awsSessionToken !== undefined && { sessionToken: awsSessionToken.reveal() }),
        },
      }),
    observe: (operation, outcome, seconds) =>
      metrics.objectStoreSeconds.observe({ operation, outcome: outcome === 'ok' ? 'ok' : 'error' }, seconds),
  })
}
