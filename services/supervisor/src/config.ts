import { isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Config, configTable, defineConfig, type Environment, optionalVariable, schemas } from '@vna/runtime'

export const repositoryFolder = resolve(import.meta.dirname, '../../..')

const shape = {
  ...configTable,
  tlsCertificateFile: optionalVariable({
    name: 'VNA_TLS_CERT',
    schema: schemas.text,
    description: 'certificate chain (PEM file) of the listeners',
  }),
}

const parse = defineConfig(shape)

export type SupervisorConfig = Config<typeof shape> & {
  /** Holds what set-up downloads; kept between runs, and shared by all installations of this clone. */
  readonly cacheFolder: string
  readonly objectStore: string
}

/** Every contract variable, with absolute folders and the defaults that depend on `VNA_HOME` filled in. */
export function parseConfig(environment: Environment, cwd: string): SupervisorConfig {
  const config = parse(environment)
  const home = isAbsolute(config.home) ? config.home : join(cwd, config.home)
  return Object.freeze({
    ...config,
    home,
    objectStore: config.objectStore ?? pathToFileURL(join(home, 'objects')).href,
    cacheFolder: join(repositoryFolder, '.cache', 'debian'),
  })
}
