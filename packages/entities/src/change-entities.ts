import type { Catalog } from '@vna/catalog'
import type { LedgerEvent } from '@vna/ledger-events'
import { normaliseSubject } from './certificate-subject.ts'
import { type Entity, type EntitySettings, entityOf } from './entity.ts'
import { EntityError } from './entity-error.ts'

export type EntityEventType = 'entity-added' | 'entity-updated'

/** Adds an entity; throws EntityError when the code is taken or somebody else has one of its titles. */
export async function addEntity(catalog: Catalog, settings: EntitySettings): Promise<Entity> {
  const entity = entityOf(settings)
  await catalog.writeEntity({
    decide: (current) => {
      if (current.some(({ code }) => code === entity.code)) {
        throw new EntityError('entity-exists', `there is an entity ${entity.code} already`)
      }
      requireFreeTitles(entity, current)
      return { entity, eventType: 'entity-added' }
    },
  })
  return entity
}

/** Changes some settings of an entity, the others stay. */
export async function updateEntity(
  catalog: Catalog,
  code: string,
  changes: Partial<Omit<EntitySettings, 'code'>>,
): Promise<Entity> {
  let updated: Entity | undefined
  await catalog.writeEntity({
    decide: (current) => {
      const known = current.find((entity) => entity.code === code)
      if (known === undefined) throw new EntityError('unknown-entity', `there is no entity ${code}`)
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
      updated = entityOf({ ...known, ...given })
      requireFreeTitles(updated, current)
      return { entity: updated, eventType: 'entity-updated' }
    },
  })
  if (updated === undefined) throw new EntityError('unknown-entity', `there is no entity ${code}`)
  return updated
}

export async function listEntities(catalog: Catalog): Promise<readonly Entity[]> {
  return catalog.listEntities()
}

/** Applies an entity event of the ledger again (reindex); later events of the same entity win. */
export async function applyEntityEvent(
  catalog: Catalog,
  { type, payload }: LedgerEvent<EntityEventType>,
): Promise<void> {
  const { since, ...settings } = payload
  const entity = entityOf(settings)
  await catalog.writeEntity({
    decide: () => ({ entity, eventType: type }),
    recordEvent: false,
    since: new Date(since),
  })
}

/**
 * Two entities may share a calling AE title (many hospitals keep a vendor's default) only where hosts or called aliases tell
 * them apart; a called alias or a certificate belongs to one.
 */
function requireFreeTitles(entity: Entity, current: readonly Entity[]): void {
  for (const other of current) {
    if (other.code === entity.code) continue
    const alias = entity.calledAliases.find((title) => other.calledAliases.includes(title))
    if (alias !== undefined) throw new EntityError('alias-taken', `${other.code} is called by the alias ${alias}`)
    const subject = entity.certificateSubjects.find((name) =>
      other.certificateSubjects.some((one) => normaliseSubject(one) === normaliseSubject(name)),
    )
    if (subject !== undefined) throw new EntityError('alias-taken', `${other.code} has the same certificate subject`)
    const title = entity.aeTitles.find((name) => other.aeTitles.includes(name))
    if (title !== undefined && !isToldApart(entity, other)) {
      throw new EntityError('ae-title-taken', `${other.code} has the AE title ${title} from the same hosts`)
    }
  }
}

function isToldApart(entity: Entity, other: Entity): boolean {
  const haveHosts = entity.hosts.length > 0 && other.hosts.length > 0
  return haveHosts && !entity.hosts.some((host) => other.hosts.includes(host))
}
