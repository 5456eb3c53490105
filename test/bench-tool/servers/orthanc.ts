import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, freePorts, startChild, waitUntil } from '../child.ts'
import { getProgram } from '../programs.ts'
import type { RunningServer, StartServer } from '../server.ts'
import { type RunningPostgresql, startPostgresql } from './postgresql.ts'

const pluginFolder = '/usr/share/orthanc/plugins'
const startLimitMs = 30_000

export const startOrthancSqlite: StartServer = ({ folder }) => start('orthanc-sqlite', folder, undefined)

export const startOrthancPostgresql: StartServer = async ({ folder }) =>
  start('orthanc-postgresql', folder, await startPostgresql(folder))

async function start(
  name: 'orthanc-sqlite' | 'orthanc-postgresql',
  folder: string,
  postgresql: RunningPostgresql | undefined,
): Promise<RunningServer> {
  const [dicomPort = 0, httpPort = 0] = await freePorts(2)
  const configuration = join(folder, 'orthanc.json')
  mkdirSync(join(folder, 'orthanc'), { recursive: true })
  writeFileSync(configuration, JSON.stringify(configurationOf({ folder, dicomPort, httpPort, postgresql })))
  const baseUrl = `http://127.0.0.1:${httpPort}`
  const launch = async (): Promise<Child> => {
    const env = { ...process.env, TCP_NODELAY: '1' }
    const started = startChild(getProgram('Orthanc'), [configuration], { env })
    const isReady = () =>
      fetch(`${baseUrl}/system`).then(
        (response) => response.ok,
        () => false,
      )
    await waitUntil({ what: `start of ${name}`, limitMs: startLimitMs, child: started }, isReady)
    return started
  }
  let child = await launch()
  return {
    name,
    durability: 'files and index synced',
    rootPids: () => [child.pid, ...(postgresql === undefined ? [] : [postgresql.pid])],
    dimse: { port: dicomPort, calledAeTitle: 'ORTHANC', callingAeTitle: 'BENCH' },
    dicomweb: { baseUrl: `${baseUrl}/dicom-web` },
    storedInstances: async () => {
      const statistics = (await (await fetch(`${baseUrl}/statistics`)).json()) as { CountInstances: number }
      return statistics.CountInstances
    },
    restart: async () => {
      await child.stop()
      child = await launch()
    },
    stop: async () => {
      await child.stop()
      await postgresql?.stop()
    },
  }
}

/** The tuning under which the published comparison was made: no compression, synced, several threads. */
function configurationOf(o: {
  readonly folder: string
  readonly dicomPort: number
  readonly httpPort: number
  readonly postgresql: RunningPostgresql | undefined
}): Record<string, unknown> {
  const plugins = ['libOrthancDicomWeb.so', ...(o.postgresql === undefined ? [] : ['libOrthancPostgreSQLIndex.so'])]
  return {
    Name: 'bench',
    StorageDirectory: join(o.folder, 'orthanc'),
    IndexDirectory: join(o.folder, 'orthanc'),
    StorageCompression: false,
    SyncStorageArea: true,
    OverwriteInstances: false,
    ConcurrentJobs: 2,
    HttpThreadsCount: 50,
    DicomThreadsCount: 4,
    MaximumPduLength: 16_384,
    TcpNoDelay: true,
    KeepAlive: true,
    DicomAet: 'ORTHANC',
    DicomPort: o.dicomPort,
    HttpPort: o.httpPort,
    DicomCheckCalledAet: false,
    DicomAlwaysAllowStore: true,
    UnknownSopClassAccepted: true,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    Plugins: plugins.map((plugin) => join(pluginFolder, plugin)),
    DicomWeb: { Enable: true, Root: '/dicom-web/', EnableWado: false },
    ...(o.postgresql === undefined ? {} : { PostgreSQL: postgresqlSection(o.postgresql) }),
  }
}

function postgresqlSection(postgresql: RunningPostgresql): Record<string, unknown> {
  return {
    EnableIndex: true,
    EnableStorage: false,
    Host: '127.0.0.1',
    Port: postgresql.port,
    Database: 'orthanc',
    Username: postgresql.user,
    Password: postgresql.password,
    EnableSsl: false,
    IndexConnectionsCount: 5,
    Lock: false,
  }
}
