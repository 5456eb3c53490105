export type { Sql } from './database/open-database.ts'
export type {
  DicomJson,
  InstanceHeader,
  Match,
  Query,
  QueryKey,
  QueryLevel,
} from './dicom-model.ts'
export { CatalogError, type CatalogErrorCode } from './errors.ts'
export { codiceFiscaleIssuer, isCodiceFiscale } from './header/codice-fiscale.ts'
export { catalogLimits } from './limits.ts'
export { type Catalog, type CatalogOptions, openCatalog } from './open-catalog.ts'
export type { InstanceLocator, LocatedInstance } from './queries/locate-instances.ts'
export type {
  QuarantinedInstance,
  RegisteredInstance,
  RegisterPackInput,
  RegisterPackResult,
} from './register/register-pack-input.ts'
export { type SearchOptions, unsupportedKeys } from './search/compile-search.ts'
export type { Predicate } from './search/predicate.ts'
