import { type Config, configTable, defineConfig, internalTable, required, schemas, variable } from '@vna/runtime'

const { integer } = schemas

/** Settings of the archiver alone. */
const archiverTable = {
  segmentConcurrency: variable({
    name: 'VNA_ARCHIVE_CONCURRENCY',
    defaultText: '4',
    schema: integer(1, 64),
    description: 'segments archived at once',
  }),
  reconcileIntervalMs: variable({
    name: 'VNA_RECONCILE_MS',
    defaultText: '2000',
    schema: integer(100, 3600 * 1000),
    description: 'how often the journal is compared with the queue',
  }),
}

const archiverShape = {
  home: configTable.home,
  databaseUrl: required(configTable.databaseUrl),
  redisUrl: required(configTable.redisUrl),
  objectStore: required(configTable.objectStore),
  awsAccessKeyId: configTable.awsAccessKeyId,
  awsSecretAccessKey: configTable.awsSecretAccessKey,
  awsSessionToken: configTable.awsSessionToken,
  studyStableMs: configTable.studyStableMs,
  logLevel: configTable.logLevel,
  internalBind: internalTable.internalBind,
  internalOpsPort: internalTable.internalOpsPort,
  faultPoint: internalTable.faultPoint,
  ...archiverTable,
}

export type ArchiverConfig = Config<typeof archiverShape>

export const parseArchiverConfig = defineConfig(archiverShape)
