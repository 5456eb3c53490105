import { openDatabase } from '@vna/database'

/** Brings the catalog of this database to the newest schema. */
export async function migrateCatalog(databaseUrl: string): Promise<void> {
  const database = openDatabase({ url: databaseUrl, applicationName: 'vna-supervisor', maxConnections: 1 })
  try {
    await database.migrate()
  } finally {
    await database.close()
  }
}
