import { plainHostOf } from '@vna/http'
import type { IntakeDependencies } from '../intake/receive-report.ts'
import type { LinkerDependencies, LinkerModule } from '../linker-dependencies.ts'
import { KnownHosts } from './known-hosts.ts'
import { mllpListenerLimits } from './mllp-limits.ts'
import { type MllpListener, openMllpListener } from './mllp-listener.ts'

const marginMs = 500

/** HL7 v2: patients (ADT), results (ORU, MDM) and orders (ORM, OMG, OMI). */
export function createMllpModule(dependencies: LinkerDependencies, intake: IntakeDependencies): LinkerModule {
  const { config, catalog } = dependencies
  let listener: MllpListener | undefined
  return {
    start: async () => {
      if (config.mllpPort === 'off') return {}
      const hosts = new KnownHosts(catalog)
      listener = await openMllpListener(
        { ...dependencies, intake, hosts },
        { host: plainHostOf(config, config.mllpInClear), port: config.mllpPort },
      )
      return { mllpPort: listener.port }
    },
    phases: [
      {
        name: 'HL7',
        limitMs: mllpListenerLimits.closeGraceMs + marginMs,
        run: async () => listener?.close(),
      },
    ],
  }
}
