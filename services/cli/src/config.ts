import { isAbsolute, join, resolve } from 'node:path'
import { type Config, configTable, defineConfig, type Environment } from '@vna/runtime'

/** The folder that holds package.json: where `./data` is when VNA_HOME is not set, wherever the command is called from. */
export const repositoryFolder = resolve(import.meta.dirname, '../../..')

const parse = defineConfig(configTable)

export type CliConfig = Config<typeof configTable>

/** Every contract variable; `home` is absolute. */
export function parseConfig(environment: Environment, cwd: string): CliConfig {
  const config = parse(environment)
  const base = environment.VNA_HOME === undefined ? repositoryFolder : cwd
  return Object.freeze({ ...config, home: isAbsolute(config.home) ? config.home : join(base, config.home) })
}
