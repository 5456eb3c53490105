import type { LinkerDependencies } from '../linker-dependencies.ts'
import type { Registry, RegistryError } from '../registry/registry.ts'

/** Our own name, where a peer's would stand. */
const client = 'VNA'

/** Keeps that a study was sent to a registry, as transmissions keep everything that leaves. */
export function recordAttempt(
  { transmissions, config }: Pick<LinkerDependencies, 'transmissions' | 'config'>,
  registry: Registry,
  attempt: { studyInstanceUid: string; startedAt: Date; failure: RegistryError | undefined },
): void {
  if (registry.kind !== 'mhd') return
  const { failure, startedAt, studyInstanceUid } = attempt
  transmissions.record({
    direction: 'out',
    protocol: registry.kind,
    client,
    peer: config.fseRegistryUrl === undefined ? undefined : new URL(config.fseRegistryUrl).host,
    startedAt,
    endedAt: new Date(),
    instances: 0,
    failures: failure === undefined ? 0 : 1,
    bytes: 0,
    outcome: failure === undefined ? 'complete' : 'failed',
    reason: failure?.code,
    studyInstanceUids: [studyInstanceUid],
  })
}
