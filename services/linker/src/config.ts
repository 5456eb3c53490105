import {
  type Config,
  configTable,
  defineConfig,
  internalTable,
  optionalVariable,
  required,
  schemas,
  variable,
} from '@vna/runtime'
import { linkingTable } from './linking/linking-table.ts'
import { publicationTable } from './publication/publication-table.ts'

const { flag, integer, portOrOff, text } = schemas

/** Settings of this service alone. */
const linkerTable = {
  mllpTlsPort: variable({
    name: 'VNA_MLLP_TLS_PORT',
    defaultText: 'off',
    schema: portOrOff,
    description: 'HL7 v2 messages (MLLP) over TLS, where `VNA_TLS_CERT` and `VNA_TLS_KEY` are set, or `off`',
  }),
  tlsCertificateFile: optionalVariable({
    name: 'VNA_TLS_CERT',
    schema: text,
    description: 'certificate chain (PEM file)',
  }),
  tlsKeyFile: optionalVariable({ name: 'VNA_TLS_KEY', schema: text, description: 'its private key (PEM file)' }),
  tlsClientCaFile: optionalVariable({
    name: 'VNA_TLS_CLIENT_CA',
    schema: text,
    description: 'CA (PEM file) whose client certificates identify entities',
  }),
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
