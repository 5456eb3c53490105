export {
  addEntity,
  applyEntityEvent,
  type EntityEventType,
  listEntities,
  updateEntity,
} from './change-entities.ts'
export { type Entity, type EntitySettings, entityLimits, entityOf, isAeTitle } from './entity.ts'
export { directoryLimits, EntityDirectory, type EntityDirectoryOptions } from './entity-directory.ts'
export { EntityError, type EntityErrorCode } from './entity-error.ts'
export { type Caller, type CallerResolution, type ResolveOptions, resolveCaller } from './resolve-caller.ts'
