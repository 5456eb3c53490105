import { type ObjectStore, readSidecar, sidecarKeyOf, verifyLedger, verifyPack } from '@vna/archive'
import type { Catalog, KnownPack } from '@vna/catalog'
import { readShippedAnchors } from '@vna/registration'
import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { connectCatalog, connectObjectStore } from '../connections.ts'
import { packKeys } from '../pack-list.ts'

interface VerifyOptions {
  prefix: string
  chains: boolean
}

interface Damage {
  readonly packKey: string
  readonly problem: string
  readonly headerOffset?: number
}

interface PackReport {
  packs: number
  instances: number
  bytes: number
  /** Bytes that are not what was received, and packs or sidecars that are gone. */
  damaged: Damage[]
  /** In the object store without rows: `vna reindex` registers them, the archiver does so by itself in time. */
  unregistered: string[]
}

const maxPrinted = 20

export const registerVerify: RegisterCommand = (program, host) => {
  const parent = program.command('verify').description('prove that what is kept is what was received and written down')
  parent
    .command('all', { isDefault: true })
    .description('read every pack back and prove each instance by its digest; then the ledger and the audit trail')
    .option('--prefix <prefix>', 'only packs whose key starts so, e.g. packs/2026/11/', 'packs/')
    .option('--no-chains', 'leave out the ledger and the audit trail')
    .action(host.run((context, options: VerifyOptions) => verify(context, options)))
  parent
    .command('audit')
    .description('prove that no entry of the audit trail was changed, moved or taken out, by its chain and the ledger')
    .option('--no-ledger', 'by what the database says alone, where an older copy of it was restored')
    .action(host.run((context, options: { ledger: boolean }) => verifyAuditTrail(context, options)))
}

async function verify(context: CommandContext, options: VerifyOptions): Promise<CommandResult> {
  const catalog = connectCatalog(context)
  const store = connectObjectStore(context)
  const packs = await verifyPacks(context, { catalog, store, prefix: options.prefix })
  const ledger = options.chains ? await verifyLedger(store) : undefined
  const audit = options.chains ? await catalog.verifyAudit() : undefined
  const ok = packs.damaged.length === 0 && ledger?.ok !== false && audit?.kind !== 'broken'
  const lines = [
    `packs: ${packs.packs} read, ${packs.instances} instances, ${packs.bytes} bytes, ${packs.damaged.length} damaged`,
    ...packs.damaged.slice(0, maxPrinted).map((damage) => `  ${damage.packKey}: ${damage.problem}`),
    ...(packs.unregistered.length > 0 ? [`not registered yet: ${packs.unregistered.length} packs`] : []),
    ...(ledger === undefined ? [] : [describeLedger(ledger)]),
    ...(audit === undefined ? [] : [describeAudit(audit)]),
  ]
  return { json: { ok, ...packs, ledger, audit: audit && jsonOfAudit(audit) }, text: lines.join('\n'), ok }
}

async function verifyAuditTrail(context: CommandContext, o: { ledger: boolean }): Promise<CommandResult> {
  const shipped = o.ledger ? await readShippedAnchors(connectObjectStore(context)) : undefined
  const audit = await connectCatalog(context).verifyAudit(shipped?.anchors)
  const ok = audit.kind === 'intact'
  const lines = [
    describeAudit(audit),
    ...(shipped === undefined ? [] : [`ledger: ${shipped.anchors.size} entries anchored there`]),
    ...(shipped !== undefined && shipped.restarts > 0
      ? [`the trail began anew ${shipped.restarts} times: the catalog was rebuilt, or a trail was taken away`]
      : []),
  ]
  const ledger = shipped && { anchors: shipped.anchors.size, restarts: shipped.restarts }
  return { json: { ok, audit: jsonOfAudit(audit), ledger }, text: lines.join('\n'), ok }
}

async function verifyPacks(
  context: CommandContext,
  o: { catalog: Catalog; store: ObjectStore; prefix: string },
): Promise<PackReport> {
  const known = new Map((await o.catalog.listKnownPacks(o.prefix)).map((pack) => [pack.packKey, pack]))
  const report: PackReport = { packs: 0, instances: 0, bytes: 0, damaged: [], unregistered: [] }
  const progress = context.progress({ label: 'verify', total: known.size, unit: 'packs' })
  for await (const packKey of packKeys(o.store, o.prefix)) {
    context.signal.throwIfAborted()
    const pack = known.get(packKey)
    const damage = await verifyOne(o.store, packKey, pack, report)
    if (damage !== undefined) report.damaged.push(damage)
    else if (pack === undefined) report.unregistered.push(packKey)
    else await o.catalog.markPackVerified(packKey)
    known.delete(packKey)
    progress.advance()
  }
  progress.finish()
  for (const packKey of known.keys()) report.damaged.push({ packKey, problem: 'missing-object' })
  return report
}

async function verifyOne(
  store: ObjectStore,
  packKey: string,
  known: KnownPack | undefined,
  report: PackReport,
): Promise<Damage | undefined> {
  try {
    const reader = await store.openReader(packKey)
    try {
      const { instances, packDigest } = await verifyPack(reader)
      report.packs++
      report.instances += instances
      report.bytes += reader.sizeBytes
      if (known !== undefined && !packDigest.equals(known.digest))
        return { packKey, problem: 'not the registered pack' }
      return await verifySidecar(store, packKey, packDigest)
    } finally {
      await reader.close()
    }
  } catch (error) {
    return damageOf(packKey, error)
  }
}

async function verifySidecar(store: ObjectStore, packKey: string, packDigest: Buffer): Promise<Damage | undefined> {
  try {
    const sidecar = await readSidecar(await store.read(sidecarKeyOf(packKey)))
    return packDigest.equals(sidecar.packDigest) ? undefined : { packKey, problem: 'sidecar of another pack' }
  } catch (error) {
    const { problem } = damageOf(packKey, error)
    return { packKey, problem: `sidecar: ${problem} (vna reindex --sidecars makes it anew)` }
  }
}

/** Damage is an answer; a store that does not answer is a failure of the command. */
function damageOf(packKey: string, error: unknown): Damage {
  const { code, retryable, details } = error as {
    code?: string
    retryable?: boolean
    details?: { headerOffset?: number }
  }
  if (code === undefined || retryable === true) throw error
  const headerOffset = details?.headerOffset
  return { packKey, problem: code, ...(headerOffset === undefined ? {} : { headerOffset }) }
}

function describeLedger(ledger: Awaited<ReturnType<typeof verifyLedger>>): string {
  const counts = `${ledger.events} events in ${ledger.objects} objects`
  const persons = `${ledger.withPerson} with values about a person, ${ledger.erased} erased`
  return ledger.ok
    ? `ledger: whole, ${counts}, ${persons}${unnamedText(ledger.unnamedPersons)}`
    : `ledger: broken at ${ledger.brokenAt} (${ledger.reason}), after ${counts}`
}

function unnamedText(count: number): string {
  return count === 0 ? '' : `; ${count} objects under ledger-persons/ that no event names`
}

type Audit = Awaited<ReturnType<Catalog['verifyAudit']>>

function describeAudit(audit: Audit): string {
  return audit.kind === 'intact'
    ? `audit trail: whole, ${audit.entries} entries`
    : `audit trail: entry ${audit.seq} is ${audit.problem}`
}

function jsonOfAudit(audit: Audit): unknown {
  return audit.kind === 'intact' ? { ...audit, lastHash: Buffer.from(audit.lastHash).toString('hex') } : audit
}
