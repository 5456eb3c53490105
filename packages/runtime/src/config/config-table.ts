import { schemas } from './schemas.ts'
import { optionalVariable, variable } from './variable.ts'

const { aeTitle, flag, integer, oneOf, port, portOrOff, secret, secretUrl, text, url } = schemas

const maxStudyStableMs = 30 * 24 * 3600 * 1000

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Every variable an operator may set, once: services pick theirs from here, and the README's table is made of it. */
export const configTable = {
  home: variable({ name: 'VNA_HOME', defaultText: './data', schema: text, description: 'data folder' }),
  bind: variable({
    name: 'VNA_BIND',
    defaultText: '127.0.0.1',
    schema: text,
    description: 'address to listen on; another than loopback demands TLS or `VNA_INSECURE=1`',
  }),
  insecure: variable({
    name: 'VNA_INSECURE',
    defaultText: '0',
    schema: flag,
    description: '1: listen without TLS on an address that is not loopback',
  }),
  httpPort: variable({ name: 'VNA_HTTP_PORT', defaultText: '8080', schema: port, description: 'front door (HTTP)' }),
  dimsePort: variable({
    name: 'VNA_DIMSE_PORT',
    defaultText: '11112',
    schema: portOrOff,
    description: 'DICOM associations, or `off`',
  }),
  dimseTlsPort: variable({
    name: 'VNA_DIMSE_TLS_PORT',
    defaultText: '2762',
    schema: portOrOff,
    description: 'DICOM associations over TLS, or `off`',
  }),
  aeTitle: variable({ name: 'VNA_AE_TITLE', defaultText: 'VNA', schema: aeTitle, description: 'our AE title' }),
  databaseUrl: optionalVariable({
    name: 'VNA_DATABASE_URL',
    defaultNote: 'embedded PostgreSQL under `VNA_HOME`',
    schema: secretUrl(['postgres:', 'postgresql:']),
    description: 'PostgreSQL of the catalog',
  }),
  redisUrl: optionalVariable({
    name: 'VNA_REDIS_URL',
    defaultNote: 'a redis-server started under `VNA_HOME`',
    schema: secretUrl(['redis:', 'rediss:', 'unix:']),
    description: 'Redis or Valkey of the work queues',
  }),
  objectStore: optionalVariable({
    name: 'VNA_OBJECT_STORE',
    defaultNote: '`file:` under `VNA_HOME`',
    schema: url(['file:', 's3:']),
    description: '`s3://bucket/prefix?endpoint=http://host:port&region=…&forcePathStyle=true`, or `file:` and a folder',
  }),
  awsAccessKeyId: optionalVariable({
    name: 'AWS_ACCESS_KEY_ID',
    schema: text,
    description: 'credentials of an `s3:` object store',
  }),
  awsSecretAccessKey: optionalVariable({ name: 'AWS_SECRET_ACCESS_KEY', schema: secret, description: 'the same' }),
  awsSessionToken: optionalVariable({ name: 'AWS_SESSION_TOKEN', schema: secret, description: 'the same' }),
  studyStableMs: variable({
    name: 'VNA_STUDY_STABLE_MS',
    defaultText: '60000',
    schema: integer(0, maxStudyStableMs),
    description: 'quiet time after which a study is stable, where its entity sets none',
  }),
  mllpPort: variable({
    name: 'VNA_MLLP_PORT',
    defaultText: '2575',
    schema: portOrOff,
    description: 'HL7 v2 messages (MLLP), or `off`',
  }),
  fseRegistryUrl: optionalVariable({
    name: 'VNA_FSE_REGISTRY_URL',
    defaultNote: "the archive's own `/fhir`",
    schema: url(['http:', 'https:']),
    description: 'base of an external MHD Document Recipient',
  }),
  fseRegistryToken: optionalVariable({
    name: 'VNA_FSE_REGISTRY_TOKEN',
    schema: secret,
    description: 'bearer token for it',
  }),
  logLevel: variable({
    name: 'VNA_LOG_LEVEL',
    defaultText: 'info',
    schema: oneOf(logLevels),
    description: `least level that is logged: ${logLevels.join(', ')}`,
  }),
}

/** What the parts of one installation tell each other; the supervisor or the deployment sets them, never an operator. */
export const internalTable = {
  internalBind: variable({
    name: 'VNA_INTERNAL_BIND',
    defaultText: '127.0.0.1',
    schema: text,
    description: 'address of the internal HTTP and ops ports',
  }),
  internalHttpPort: variable({
    name: 'VNA_INTERNAL_HTTP_PORT',
    defaultText: '0',
    schema: port,
    description: 'internal HTTP port of the gateway or the linker; 0: chosen, and told in run/<service>.json',
  }),
  internalOpsPort: variable({
    name: 'VNA_INTERNAL_OPS_PORT',
    defaultText: '0',
    schema: port,
    description: 'health and metrics port; 0: chosen, and told in run/<service>.json',
  }),
  internalGatewayUrl: optionalVariable({
    name: 'VNA_INTERNAL_GATEWAY_URL',
    defaultNote: 'read from run/gateway.json',
    schema: url(['http:']),
    description: "the gateway's internal HTTP base, where the two do not share VNA_HOME",
  }),
  internalLinkerUrl: optionalVariable({
    name: 'VNA_INTERNAL_LINKER_URL',
    defaultNote: 'read from run/linker.json',
    schema: url(['http:']),
    description: "the linker's internal HTTP base, where it runs on another host",
  }),
  faultPoint: optionalVariable({
    name: 'VNA_FAULT_POINT',
    schema: text,
    description: 'for tests: the service that reaches this write boundary kills itself, once',
  }),
}
