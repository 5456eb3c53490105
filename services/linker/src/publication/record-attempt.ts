import type { LinkerParts } from '../linker-parts.ts'
import type { Registry, RegistryError } from '../registry/registry.ts'

const client = 'VNA'

/** Keeps that a study was sent to a registry, as transmissions keep everything that leaves. Without it the work still counts. */
export function recordAttempt(
  { catalog, config, logger }: LinkerParts,
  registry: Registry,
  attempt: { studyInstanceUid: string; startedAt: Date; failure: RegistryError | undefined },
): void {
  if (!registry.isExternal) return
  const { failure, startedAt, studyInstanceUid } = attempt
  catalog
    .recordTransmissions([
      {
        direction: 'out',
        protocol: registry.kind,
        client: client,
        peer: config.fseRegistryUrl === undefined ? undefined : new URL(config.fseRegistryUrl).host,
        startedAt,
        endedAt: new Date(),
        instances: 0,
        failures: failure === undefined ? 0 : 1,
        bytes: 0,
        outcome: failure === undefined ? 'completed' : 'failed',
        reason: failure?.code,
        studyInstanceUids: [studyInstanceUid],
      },
    ])
    .catch((error: unknown) => logger.warn({ err: error }, 'a submission is not among the transmissions'))
}
