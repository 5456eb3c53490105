import { openCatalog } from '@vna/catalog'

/** Brings the catalog of this database to the newest schema. */
export async function migrateCatalog(databaseUrl: string): Promise<void> {
  const catalog = openCatalog({ url: databaseUrl, applicationName: 'vna-supervisor', maxConnections: 1 })
  try {
    await catalog.migrate()
  } finally {
    await catalog.close()
  }
}
