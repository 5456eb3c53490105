import postgres from 'postgres'
import { databaseLimits } from './limits.ts'

/** int8 comes back as a number: no count, size or id here passes 2^53. */
export type Sql = postgres.Sql<{ bigint: number }>
export type Transaction = postgres.TransactionSql<{ bigint: number }>

export interface DatabaseOptions {
  /** postgres://user:password@host:port/database; `?host=/folder` names a unix socket folder. */
  readonly url: string
  readonly applicationName: string
  readonly maxConnections?: number
  readonly statementTimeoutMs?: number
}

/** Connections to one database, opened as they are needed. */
export function connect(options: DatabaseOptions): Sql {
  const socketFolder = socketFolderOf(options.url)
  return postgres(withoutHostParameter(options.url), {
    ...(socketFolder === undefined ? {} : { host: socketFolder }),
    max: options.maxConnections ?? databaseLimits.maxConnections,
    connect_timeout: databaseLimits.connectTimeoutSeconds,
    // No array type of our own is sent as a bare parameter, so the catalogue of types need not be read at each connect.
    fetch_types: false,
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
    connection: {
      application_name: options.applicationName,
      statement_timeout: options.statementTimeoutMs ?? databaseLimits.statementTimeoutMs,
      // Short statements only: compiling them costs more than it saves.
      jit: false,
      TimeZone: 'UTC',
    },
  })
}

function socketFolderOf(url: string): string | undefined {
  const host = new URL(url).searchParams.get('host')
  return host?.startsWith('/') === true ? host : undefined
}

function withoutHostParameter(url: string): string {
  const parsed = new URL(url)
  parsed.searchParams.delete('host')
  return parsed.href
}
