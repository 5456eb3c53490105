import type { ServerName, StartServer } from '../server.ts'
import { startOrthancPostgresql, startOrthancSqlite } from './orthanc.ts'
import { startForkingStorescp, startLargePduStorescp, startStorescp } from './storescp.ts'
import { startVna } from './vna.ts'

export const serverStarters: Readonly<Record<ServerName, StartServer>> = {
  vna: startVna,
  'orthanc-sqlite': startOrthancSqlite,
  'orthanc-postgresql': startOrthancPostgresql,
  storescp: startStorescp,
  'storescp-fork': startForkingStorescp,
  'storescp-fork-128k': startLargePduStorescp,
}
