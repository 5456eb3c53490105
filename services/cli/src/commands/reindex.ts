import { type ObjectStore, readLedger } from '@vna/archive'
import type { Catalog } from '@vna/catalog'
import { forEachLimited } from '@vna/flow'
import { type HealthRecord, openHealthRecord } from '@vna/record'
import { applyLedgerEvent, rebuildSidecar, registerStoredPack } from '@vna/registration'
import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { connectCatalog, connectDatabase, connectObjectStore } from '../connections.ts'
import { inGroups, packKeys } from '../pack-list.ts'

interface ReindexOptions {
  prefix: string
  sidecars?: boolean
}

interface Report {
  ledgerEvents: number
  /** Types of events that this release does not know, with their number. */
  unknownEvents: Record<string, number>
  packs: number
  registered: number
  failed: { packKey: string; problem: string }[]
}

/** Rows that neither packs nor ledger hold: a backup of PostgreSQL brings them back, nothing else. */
const notInPacksOrLedger = ['transmissions', 'audit trail', 'times of the last verification']

const packsPerGroup = 500
const packsAtOnce = 4
const maxPrinted = 20

export const registerReindex: RegisterCommand = (program, host) => {
  program
    .command('reindex')
    .description('rebuild the catalog from the ledger and the packs; rows that are there already stay as they are')
    .option('--prefix <prefix>', 'only packs whose key starts so, e.g. packs/2026/11/', 'packs/')
    .option('--sidecars', 'also make every sidecar anew from its pack')
    .action(host.run((context, options: ReindexOptions) => reindex(context, options)))
}

async function reindex(context: CommandContext, options: ReindexOptions): Promise<CommandResult> {
  const database = connectDatabase(context)
  const catalog = connectCatalog(context, database)
  const healthRecord = openHealthRecord(database)
  const store = connectObjectStore(context)
  await database.migrate()
  const report: Report = { ledgerEvents: 0, unknownEvents: {}, packs: 0, registered: 0, failed: [] }
  await database.rebuild(
    async () => {
      // Decisions first: who owns what, and what is hidden, must hold before the first row can be found.
      await applyLedger(context, { catalog, healthRecord, store, report })
      await registerPacks(context, { catalog, store, options, report })
    },
    { signal: context.signal, onWait: () => context.note('another rebuild is under way: waiting for its end') },
  )
  const unknown = Object.entries(report.unknownEvents)
  const lines = [
    `ledger: ${report.ledgerEvents} events applied`,
    ...unknown.map(([type, count]) => `  not known to this release: ${count} of ${type}`),
    `packs: ${report.packs} found, ${report.registered} registered anew, ${report.failed.length} failed`,
    ...report.failed.slice(0, maxPrinted).map(({ packKey, problem }) => `  ${packKey}: ${problem}`),
    `only a backup of PostgreSQL restores: ${notInPacksOrLedger.join(', ')}`,
  ]
  // What only a later release knows is told, and no reason to call the rebuild failed.
  const ok = report.failed.length === 0
  return { json: { ok, ...report, notRestored: notInPacksOrLedger }, text: lines.join('\n'), ok }
}

async function applyLedger(
  context: CommandContext,
  o: { catalog: Catalog; healthRecord: HealthRecord; store: ObjectStore; report: Report },
): Promise<void> {
  for await (const event of readLedger(o.store)) {
    context.signal.throwIfAborted()
    const type = String(event.type)
    const payload = (event.payload ?? {}) as Readonly<Record<string, unknown>>
    // An event shipped twice is applied twice, in order: the last word stays the last.
    if (await applyLedgerEvent(o, { type, payload })) o.report.ledgerEvents++
    else o.report.unknownEvents[type] = (o.report.unknownEvents[type] ?? 0) + 1
  }
}

async function registerPacks(
  context: CommandContext,
  o: { catalog: Catalog; store: ObjectStore; options: ReindexOptions; report: Report },
): Promise<void> {
  const { catalog, store, options, report } = o
  const register = async (packKey: string): Promise<void> => {
    if (options.sidecars === true) await rebuildSidecar(store, packKey)
    const { alreadyRegistered } = await registerStoredPack({ store, catalog }, packKey)
    if (!alreadyRegistered) report.registered++
  }
  const progress = context.progress({ label: 'reindex', total: await countPacks(store, options.prefix), unit: 'packs' })
  for await (const keys of inGroups(packKeys(store, options.prefix), packsPerGroup)) {
    report.packs += keys.length
    const wanted = options.sidecars === true ? keys : await catalog.findUnknownPacks(keys)
    progress.advance(keys.length - wanted.length)
    await forEachLimited(wanted, packsAtOnce, async (packKey) => {
      context.signal.throwIfAborted()
      await register(packKey).catch((error: unknown) => report.failed.push({ packKey, problem: problemOf(error) }))
      progress.advance()
    })
  }
  progress.finish()
}

async function countPacks(store: ObjectStore, prefix: string): Promise<number> {
  let count = 0
  for await (const _ of packKeys(store, prefix)) count++
  return count
}

/** Damage to one pack must not keep the others from the catalog; a store or database that is away ends the command. */
function problemOf(error: unknown): string {
  const { code, retryable } = error as { code?: string; retryable?: boolean }
  if (code === undefined || retryable === true) throw error
  return code
}
