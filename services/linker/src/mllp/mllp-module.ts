import { readFileSync } from 'node:fs'
import type { TlsServerOptions } from '@vna/dicom-net'
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
  const listeners: MllpListener[] = []
  return {
    start: async () => {
      const needed = { ...dependencies, intake, hosts: new KnownHosts(catalog) }
      const ports: { mllpPort?: number; mllpTlsPort?: number } = {}
      const open = async (o: Parameters<typeof openMllpListener>[1]): Promise<number> => {
        const listener = await openMllpListener(needed, o)
        listeners.push(listener)
        return listener.port
      }
      if (config.mllpPort !== 'off') {
        ports.mllpPort = await open({ host: plainHostOf(config, config.mllpInClear), port: config.mllpPort })
      }
      const tls = tlsOptionsOf(config)
      if (config.mllpTlsPort !== 'off' && tls !== undefined) {
        ports.mllpTlsPort = await open({ host: config.bind, port: config.mllpTlsPort, tls })
      }
      return ports
    },
    phases: [
      {
        name: 'HL7',
        limitMs: mllpListenerLimits.closeGraceMs + marginMs,
        run: async () => void (await Promise.all(listeners.map((listener) => listener.close()))),
      },
    ],
  }
}

function tlsOptionsOf(config: LinkerDependencies['config']): TlsServerOptions | undefined {
  if (config.tlsCertificateFile === undefined || config.tlsKeyFile === undefined) return undefined
  return {
    cert: readFileSync(config.tlsCertificateFile),
    key: readFileSync(config.tlsKeyFile),
    ...(config.tlsClientCaFile !== undefined && { ca: readFileSync(config.tlsClientCaFile) }),
  }
}
