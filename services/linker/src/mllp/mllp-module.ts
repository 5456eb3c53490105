import type { IntakeParts } from '../intake/take-report.ts'
import type { LinkerModule, LinkerParts } from '../linker-parts.ts'
import { KnownHosts } from './known-hosts.ts'
import { mllpListenerLimits } from './mllp-limits.ts'
import { type MllpListener, openMllpListener } from './mllp-listener.ts'

const marginMs = 500

/** HL7 v2: patients (ADT), results (ORU, MDM) and orders (ORM, OMG, OMI). */
export function createMllpModule(parts: LinkerParts, intake: IntakeParts): LinkerModule {
  const { config, catalog } = parts
  let listener: MllpListener | undefined
  return {
    start: async () => {
      if (config.mllpPort === 'off') return {}
      const hosts = new KnownHosts(catalog)
      listener = await openMllpListener({ ...parts, intake, hosts }, { host: config.bind, port: config.mllpPort })
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
