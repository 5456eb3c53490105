export { normaliseSubject } from './certificate-subject.ts'
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
export {
  type Caller,
  type CallerResolution,
  plainAddress,
  type ResolveOptions,
  resolveCaller,
  showsItself,
} from './resolve-caller.ts'
