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

const { flag, integer, text } = schemas
const maxBytes = Number.MAX_SAFE_INTEGER

/** Settings of the gateway alone. */
const gatewayTable = {
  journalSoftBytes: optionalVariable({
    name: 'VNA_JOURNAL_SOFT_BYTES',
    defaultNote: '20 GiB or a tenth of the disk, whichever is less',
    schema: integer(1, maxBytes),
    description: 'journal size from which new associations and requests are turned away for a while',
  }),
  journalHardFreeBytes: variable({
    name: 'VNA_JOURNAL_HARD_FREE_BYTES',
    defaultText: String(2 * 1024 ** 3),
    schema: integer(0, maxBytes),
    description: 'free space of the journal disk below which instances are refused (0xA700)',
  }),
  announcedMaxPduLengthBytes: variable({
    name: 'VNA_DIMSE_MAX_PDU_BYTES',
    defaultText: String(64 * 1024),
    schema: integer(4096, 1024 * 1024),
    description: 'maximum PDU length announced to senders',
  }),
  maxAssociations: variable({
    name: 'VNA_MAX_ASSOCIATIONS',
    defaultText: '256',
    schema: integer(1, 10_000),
    description: 'associations at once, in all',
  }),
  maxAssociationsPerEntity: variable({
    name: 'VNA_MAX_ASSOCIATIONS_PER_ENTITY',
    defaultText: '64',
    schema: integer(1, 10_000),
    description: 'associations at once, per entity',
  }),
  dimseOpenTitles: variable({
    name: 'VNA_DIMSE_OPEN_TITLES',
    defaultText: '0',
    schema: flag,
    description:
      '1: entities with neither host nor certificate are known by their AE title alone, also beyond loopback',
  }),
  dimseInClear: variable({
    name: 'VNA_DIMSE_IN_CLEAR',
    defaultText: '0',
    schema: flag,
    description: '1: `VNA_DIMSE_PORT`, which has no TLS, listens on `VNA_BIND` also beyond loopback',
  }),
  maxStoreRequests: variable({
    name: 'VNA_MAX_STORE_REQUESTS',
    defaultText: '64',
    schema: integer(1, 10_000),
    description: 'STOW-RS requests at once',
  }),
  dimseIdleTimeoutMs: variable({
    name: 'VNA_DIMSE_IDLE_TIMEOUT_MS',
    defaultText: '120000',
    schema: integer(100, 24 * 3600 * 1000),
    description: 'an association without traffic is ended after this long',
  }),
  dimseArtimTimeoutMs: variable({
    name: 'VNA_DIMSE_ARTIM_TIMEOUT_MS',
    defaultText: '30000',
    schema: integer(100, 3600 * 1000),
    description: 'time a connection has to bring its association request',
  }),
  tlsCertificateFile: optionalVariable({
    name: 'VNA_TLS_CERT',
    schema: text,
    description: 'certificate chain (PEM file) of the DIMSE TLS port and the front door',
  }),
  tlsKeyFile: optionalVariable({ name: 'VNA_TLS_KEY', schema: text, description: 'its private key (PEM file)' }),
  tlsClientCaFile: optionalVariable({
    name: 'VNA_TLS_CLIENT_CA',
    schema: text,
    description: 'CA (PEM file) whose client certificates identify entities',
  }),
}

const gatewayShape = {
  home: configTable.home,
  bind: configTable.bind,
  insecure: configTable.insecure,
  dimsePort: configTable.dimsePort,
  dimseTlsPort: configTable.dimseTlsPort,
  aeTitle: configTable.aeTitle,
  databaseUrl: required(configTable.databaseUrl),
  redisUrl: required(configTable.redisUrl),
  logLevel: configTable.logLevel,
  internalBind: internalTable.internalBind,
  internalHttpPort: internalTable.internalHttpPort,
  internalOpsPort: internalTable.internalOpsPort,
  faultPoint: internalTable.faultPoint,
  ...gatewayTable,
}

export type GatewayConfig = Config<typeof gatewayShape>

export const parseGatewayConfig = defineConfig(gatewayShape)
