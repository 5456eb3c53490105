import { type Config, configTable, defineConfig, internalTable, required, schemas, variable } from '@vna/runtime'
import { linkingTable } from './linking/linking-table.ts'
import { publicationTable } from './publication/publication-table.ts'

const { flag, integer } = schemas

/** Settings of this service alone. */
const linkerTable = {
  mllpInClear: variable({
    name: 'VNA_MLLP_IN_CLEAR',
    defaultText: '0',
    schema: flag,
    description: '1: `VNA_MLLP_PORT`, which has no TLS, listens on `VNA_BIND` also beyond loopback',
  }),
  maxConnections: variable({
    name: 'VNA_LINKER_CONNECTIONS',
    defaultText: '10',
    schema: integer(2, 200),
    description: 'database connections of the linker',
  }),
}

const linkerShape = {
  home: configTable.home,
  bind: configTable.bind,
  httpPort: configTable.httpPort,
  insecure: configTable.insecure,
  mllpPort: configTable.mllpPort,
  databaseUrl: required(configTable.databaseUrl),
  redisUrl: required(configTable.redisUrl),
  objectStore: required(configTable.objectStore),
  awsAccessKeyId: configTable.awsAccessKeyId,
  awsSecretAccessKey: configTable.awsSecretAccessKey,
  awsSessionToken: configTable.awsSessionToken,
  fseRegistryUrl: configTable.fseRegistryUrl,
  fseRegistryToken: configTable.fseRegistryToken,
  logLevel: configTable.logLevel,
  internalBind: internalTable.internalBind,
  internalHttpPort: internalTable.internalHttpPort,
  internalOpsPort: internalTable.internalOpsPort,
  faultPoint: internalTable.faultPoint,
  ...linkerTable,
  ...publicationTable,
  ...linkingTable,
}

export type LinkerConfig = Config<typeof linkerShape>

export const parseLinkerConfig = defineConfig(linkerShape)
