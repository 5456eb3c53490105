import { join } from 'node:path'
import type { Catalog } from '@vna/catalog'
import { type Entity, EntityDirectory } from '@vna/entities'
import type { Logger } from '@vna/runtime'

/** The directory of entities in memory, with a copy on disk: receiving goes on without PostgreSQL. */
export async function openCallers(o: {
  catalog: Pick<Catalog, 'listEntities'>
  home: string
  aeTitle: string
  admitsUnproven: boolean
  logger: Logger
}): Promise<EntityDirectory> {
  let wasFailing = false
  return EntityDirectory.open({
    catalog: o.catalog,
    snapshotFile: join(o.home, 'journal', 'gateway', 'entities.json'),
    ownAeTitles: [o.aeTitle],
    admitsUnproven: o.admitsUnproven,
    onRefreshFailed: (error) => {
      if (!wasFailing) o.logger.warn({ err: error }, 'entities not refreshed; the last list stays in use')
      wasFailing = true
    },
  })
}

/** SOP classes of the standard's storage family, whether or not the list of this release knows them already. */
const storageSopClassRoot = '1.2.840.10008.5.1.4.1.1.'
const standardRoot = '1.2.840.10008.'

/**
 * Which abstract syntaxes beyond the standard's storage list an entity may send: newer ones of the standard always, private
 * ones all, or those its settings name where they name any. A modality's image is not refused for being unusual.
 */
export function acceptsSopClass(entity: Pick<Entity, 'privateSopClasses'>, sopClassUid: string): boolean {
  if (sopClassUid.startsWith(storageSopClassRoot)) return true
  if (sopClassUid.startsWith(standardRoot)) return false
  return entity.privateSopClasses.length === 0 || entity.privateSopClasses.includes(sopClassUid)
}
