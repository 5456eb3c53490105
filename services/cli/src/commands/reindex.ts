import { openHealthRecord, samePerson } from '@vna/record'
import { type RebuiltCatalog, rebuildCatalog } from '@vna/registration'
import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { connectCatalog, connectDatabase, connectObjectStore } from '../connections.ts'
import { countPacks } from '../pack-list.ts'

interface ReindexOptions {
  prefix: string
  sidecars?: boolean
}

/** Rows that neither packs nor ledger hold: a backup of PostgreSQL brings them back, nothing else. */
const notInPacksOrLedger = ['transmissions', 'audit trail', 'times of the last verification']

const maxPrinted = 20

export const registerReindex: RegisterCommand = (program, host) => {
  program
    .command('reindex')
    .description('rebuild the catalog from the ledger and the packs; rows that are there already stay as they are')
    .option('--prefix <prefix>', 'only packs whose key starts so, e.g. packs/2026/11/', 'packs/')
    .option('--sidecars', 'also make every sidecar anew from its pack')
    .action(host.run((context, options: ReindexOptions) => reindex(context, options)))
}

async function reindex(context: CommandContext, { prefix, sidecars }: ReindexOptions): Promise<CommandResult> {
  const database = connectDatabase(context)
  const catalog = connectCatalog(context, database, { samePerson })
  const store = connectObjectStore(context)
  await database.migrate()
  const progress = context.progress({ label: 'reindex', total: await countPacks(store, prefix), unit: 'packs' })
  const rebuilt = await rebuildCatalog({
    ...{ database, catalog, healthRecord: openHealthRecord(database), store, prefix, signal: context.signal },
    remakeSidecars: sidecars,
    onWait: () => context.note('another rebuild is under way: waiting for its end'),
    onProgress: (packs) => progress.advance(packs),
  })
  progress.finish()
  return resultOf(rebuilt)
}

function resultOf({ decisions, packs }: RebuiltCatalog): CommandResult {
  const ok = packs.failures === 0
  const lines = [
    `ledger: ${decisions.applied} events applied, ${decisions.erased} passed over because they were erased`,
    `packs: ${packs.packs} found, ${packs.registered} registered anew, ${packs.failures} failed`,
    ...packs.failed.slice(0, maxPrinted).map(({ packKey, problem }) => `  ${packKey}: ${problem}`),
    `only a backup of PostgreSQL restores: ${notInPacksOrLedger.join(', ')}`,
  ]
  const report = { ledgerEvents: decisions.applied, erasedEvents: decisions.erased, ...packs }
  return { json: { ok, ...report, notRestored: notInPacksOrLedger }, text: lines.join('\n'), ok }
}
