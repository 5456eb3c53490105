export { configTable, internalTable, logLevels } from './config/config-table.ts'
export { type Config, defineConfig, type Environment } from './config/define-config.ts'
export { renderConfigTable } from './config/readme-table.ts'
export { schemas } from './config/schemas.ts'
export { Secret } from './config/secret.ts'
export { optionalVariable, required, type Variable, variable } from './config/variable.ts'
export { createCrashPoint } from './crash-point.ts'
export { RuntimeError, type RuntimeErrorCode } from './errors.ts'
export { type CheckResult, type HealthCheck, HealthRegistry, type Readiness } from './health.ts'
export { createLogger, describeError, type Logger, type LogLevel } from './logger.ts'
export {
  createMetrics,
  type Metrics,
  type TypedCounter,
  type TypedGauge,
  type TypedHistogram,
} from './metrics/create-metrics.ts'
export {
  type ArchiveStage,
  type LinkState,
  metricDefinitions,
  type ObjectStoreOperation,
  type Outcome,
  type Protocol,
  type QueueFamily,
  type QueueState,
  type ReceiveOutcome,
  type StudyState,
} from './metrics/definitions.ts'
export { type OpsServer, startOpsServer } from './ops-server.ts'
export { type Repeating, repeat } from './repeat.ts'
export {
  findProcessStart,
  findRunRecord,
  listRunRecords,
  type RunRecord,
  removeRunRecord,
  writeRunRecord,
} from './run-folder.ts'
export { type RunServiceOptions, runService, type ServiceContext, type StartedService } from './run-service.ts'
export { runShutdown, type ShutdownPhase } from './shutdown.ts'
