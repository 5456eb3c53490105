import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { configuredCredentials, type ObjectStore, openObjectStore } from '@vna/archive'
import { type Catalog, type CatalogOptions, openCatalog } from '@vna/catalog'
import { type Database, openDatabase } from '@vna/database'
import { findRunRecord, type RunRecord } from '@vna/runtime'
import type { CommandContext } from './command.ts'
import { CliError } from './errors.ts'

const catalogConnections = 4

/** What the supervisor of this VNA_HOME tells, while it runs. */
export function findStack(context: CommandContext): RunRecord | undefined {
  return findRunRecord(context.config.home, 'supervisor')
}

/** The database of this installation: the one VNA_DATABASE_URL names, else that of the running stack. Closed by the frame. */
export function connectDatabase(context: CommandContext): Database {
  const url = context.config.databaseUrl?.reveal() ?? textOf(findStack(context)?.databaseUrl)
  if (url === undefined) {
    const advice = 'start it with npm start, or set VNA_HOME or VNA_DATABASE_URL'
    throw new CliError('not-running', `no archive runs under ${context.config.home}: ${advice}`)
  }
  const database = openDatabase({
    url,
    applicationName: 'vna-cli',
    maxConnections: catalogConnections,
  })
  context.onEnd(() => database.close())
  return database
}

/** `samePerson`: of a command that registers packs. */
export function connectCatalog(
  context: CommandContext,
  database = connectDatabase(context),
  options: Pick<CatalogOptions, 'samePerson'> = {},
): Catalog {
  return openCatalog(database, { defaultStudyStableMs: context.config.studyStableMs, ...options })
}

/** The object store of this installation, found in the same way. Closed by the frame. */
export function connectObjectStore(context: CommandContext): ObjectStore {
  const { home, objectStore } = context.config
  const url = objectStore ?? textOf(findStack(context)?.objectStore) ?? pathToFileURL(join(home, 'objects')).href
  const store = openObjectStore(url, {
    homeFolder: home,
    createBucket: false,
    ...configuredCredentials(context.config),
  })
  context.onEnd(() => store.close())
  return store
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
