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

const { integer, text } = schemas
const maxCacheMib = 64 * 1024

/** Settings of this service alone. */
const queryTable = {
  tlsCertificateFile: optionalVariable({
    name: 'VNA_TLS_CERT',
    schema: text,
    description: 'certificate chain (PEM file) of the DIMSE TLS port and the front door',
  }),
  tlsKeyFile: optionalVariable({ name: 'VNA_TLS_KEY', schema: text, description: 'its private key (PEM file)' }),
  sidecarCacheMib: variable({
    name: 'VNA_SIDECAR_CACHE_MIB',
    defaultText: '128',
    schema: integer(0, maxCacheMib),
    description: 'memory for the metadata of packs read last, in MiB',
  }),
  maxReadRequests: variable({
    name: 'VNA_MAX_READ_REQUESTS',
    defaultText: '128',
    schema: integer(1, 10_000),
    description: 'searches and retrievals at once, in all; each holds up to 2 MiB',
  }),
  maxReadRequestsPerClient: variable({
    name: 'VNA_MAX_READ_REQUESTS_PER_CLIENT',
    defaultText: '32',
    schema: integer(1, 10_000),
    description: 'searches and retrievals at once, per entity or other caller',
  }),
  trustedProxies: optionalVariable({
    name: 'VNA_TRUSTED_PROXIES',
    schema: text,
    description: 'addresses and subnets, by commas, of proxies whose `X-Forwarded-For` counts',
  }),
  httpIdleTimeoutMs: variable({
    name: 'VNA_HTTP_IDLE_TIMEOUT_MS',
    defaultText: '120000',
    schema: integer(100, 24 * 3600 * 1000),
    description: 'an HTTP connection on which nothing moves is ended after this long',
  }),
}

const queryShape = {
  home: configTable.home,
  bind: configTable.bind,
  insecure: configTable.insecure,
  httpPort: configTable.httpPort,
  databaseUrl: required(configTable.databaseUrl),
  objectStore: required(configTable.objectStore),
  awsAccessKeyId: configTable.awsAccessKeyId,
  awsSecretAccessKey: configTable.awsSecretAccessKey,
  awsSessionToken: configTable.awsSessionToken,
  logLevel: configTable.logLevel,
  internalBind: internalTable.internalBind,
  internalOpsPort: internalTable.internalOpsPort,
  internalGatewayUrl: internalTable.internalGatewayUrl,
  internalLinkerUrl: internalTable.internalLinkerUrl,
  ...queryTable,
}

export type QueryConfig = Config<typeof queryShape>

export const parseQueryConfig = defineConfig(queryShape)
