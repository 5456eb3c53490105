import { readExactly } from '@vna/archive'
import type { QuarantineEntry } from '@vna/catalog'
import { maxSecondOpinionBytes, readSecondOpinion, type SecondOpinion } from '@vna/dicom'
import type { Command } from 'commander'
import { auditRead } from '../audit.ts'
import type { CommandContext, CommandHost, CommandResult, RegisterCommand } from '../command.ts'
import { connectCatalog, connectObjectStore } from '../connections.ts'
import { CliError } from '../errors.ts'
import { renderTable } from '../output.ts'
import { parseInteger } from '../parse-values.ts'
import { writeStoredFile } from '../write-file.ts'

interface ListOptions {
  reason?: string
  entity?: string
  all?: boolean
  limit: number
  offset: number
}
interface ShowOptions {
  output?: string
  elements?: boolean
}

const defaultLimit = 100

export const registerQuarantine: RegisterCommand = (program, host) => {
  const quarantine = program.command('quarantine').description('instances that are kept aside, and why')
  registerList(quarantine, host)
  quarantine
    .command('show')
    .description('show one entry; with --output also write its bytes')
    .argument('<id>')
    .option('-o, --output <file>', 'write the stored file there; - is stdout')
    .option('--elements', 'also what another reader (dicom-parser) makes of the file: its elements, without values')
    .action(host.run((context, options: ShowOptions, id = '') => show(context, options, id)))
}

function registerList(quarantine: Command, host: CommandHost): void {
  quarantine
    .command('list')
    .description('list the open entries, oldest first')
    .option('--reason <reason>', 'only these')
    .option('--entity <code>', 'only of this entity')
    .option('--all', 'also the resolved ones')
    .option('--limit <n>', 'at most so many', parseInteger, defaultLimit)
    .option('--offset <n>', 'leave out the first', parseInteger, 0)
    .action(host.run((context, options: ListOptions) => list(context, options)))
}

async function list(context: CommandContext, options: ListOptions): Promise<CommandResult> {
  const entries = await connectCatalog(context).listQuarantine({
    reason: options.reason,
    entityCode: options.entity,
    includeResolved: options.all,
    limit: options.limit,
    offset: options.offset,
  })
  const head = ['id', 'received', 'entity', 'reason', 'SOP Instance UID']
  const rows = entries.map((entry) => [
    String(entry.id),
    entry.receivedAt.toISOString(),
    entry.entityCode,
    entry.resolvedAt === null ? entry.reason : `${entry.reason} (resolved)`,
    entry.sopInstanceUid ?? '',
  ])
  return {
    json: entries.map(describe),
    text: entries.length === 0 ? 'nothing is kept aside' : renderTable([head, ...rows]),
  }
}

async function show(context: CommandContext, options: ShowOptions, id: string): Promise<CommandResult> {
  if (!/^\d{1,15}$/.test(id)) throw new CliError('usage', 'the id is the number that quarantine list shows')
  if (options.output === '-' && context.json) throw new CliError('usage', '--json and --output - both want stdout')
  const catalog = connectCatalog(context)
  const [entry] = await catalog.listQuarantine({ id: Number(id), includeResolved: true, limit: 1 })
  if (entry === undefined) throw new CliError('not-found', `there is no entry ${id}`)
  const description = describe(entry)
  if (options.output !== undefined) {
    await auditRead(catalog, { quarantine: entry.id, sopInstanceUid: entry.sopInstanceUid, by: 'vna quarantine show' })
    const store = connectObjectStore(context)
    await writeStoredFile({ store, file: entry, path: options.output, stdout: process.stdout, signal: context.signal })
  }
  const reading = options.elements === true ? await readAgain(context, entry) : undefined
  const rows = Object.entries(description).map(([name, value]) => [name, String(value ?? '')])
  const text = [renderTable(rows), ...(reading === undefined ? [] : [renderReading(reading)])].join('\n\n')
  return { json: { ...description, ...reading }, text: options.output === '-' ? '' : text }
}

/** A second opinion on why the file cannot be read. */
async function readAgain(context: CommandContext, entry: QuarantineEntry): Promise<SecondOpinion> {
  if (entry.lengthBytes > maxSecondOpinionBytes) {
    throw new CliError('refused', `--elements reads files up to ${maxSecondOpinionBytes} bytes; write it with --output`)
  }
  await auditRead(connectCatalog(context), { quarantine: entry.id, by: 'vna quarantine show --elements' })
  const reader = await connectObjectStore(context).openReader(entry.packKey)
  try {
    return readSecondOpinion(await readExactly(reader, entry.lengthBytes, entry.offset))
  } finally {
    await reader.close()
  }
}

function renderReading({ elements, problem }: SecondOpinion): string {
  const rows = elements.map(({ tag, keyword, vr, lengthBytes, items }) => [
    `(${tag.slice(0, 4)},${tag.slice(4)})`,
    vr ?? '',
    items === undefined ? String(lengthBytes) : `${items} items`,
    keyword ?? '',
  ])
  const table =
    rows.length === 0 ? 'no element can be read' : renderTable([['tag', 'VR', 'length', 'keyword'], ...rows])
  return problem === undefined ? table : `${table}\n\nthen: ${problem}`
}

function describe(entry: QuarantineEntry) {
  return { ...entry, sha256: Buffer.from(entry.sha256).toString('hex') }
}
