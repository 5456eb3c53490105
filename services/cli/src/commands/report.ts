import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Command } from 'commander'
import { createArchiveClient } from '../archive-client.ts'
import type { CommandContext, CommandHost, CommandResult, RegisterCommand } from '../command.ts'
import { CliError } from '../errors.ts'
import { renderTable } from '../output.ts'
import { parseInteger } from '../parse-values.ts'

interface AddOptions {
  entity?: string
  type?: string
}
interface ListOptions {
  study?: string
  state?: string
  limit: number
  offset: number
}
interface PageOptions {
  limit: number
  offset: number
}
interface DecideOptions {
  reason: string
}

interface Link {
  readonly reportId: string
  readonly studyInstanceUid: string
  readonly state: string
  readonly tier: string
  readonly score: number
  readonly since: string
  readonly decidedBy?: string
  readonly evidence: readonly { readonly key: string; readonly outcome: string }[]
}

interface ListedReport {
  readonly id: string
  readonly state: string
  readonly format: string
  readonly origin: string
  readonly receivedAt: string
  readonly uniqueId: string
}

const defaultLimit = 100

const typeOfExtension: Readonly<Record<string, string>> = {
  '.xml': 'text/xml',
  '.pdf': 'application/pdf',
  '.json': 'application/fhir+json',
  '.hl7': 'application/hl7-v2',
}

export const registerReport: RegisterCommand = (program, host) => {
  const report = program.command('report').description('reports, the studies they belong to, and what is in doubt')
  registerAdd(report, host)
  registerLists(report, host)
  for (const [decision, description] of [
    ['accept', 'link a report with a study'],
    ['refuse', 'a report does not belong to a study'],
    ['unlink', 'take a link away'],
  ] as const) {
    report
      .command(decision)
      .description(description)
      .argument('<report>', 'id of the report')
      .argument('<study>', 'Study Instance UID')
      .requiredOption('--reason <text>', 'why; it is kept')
      .action(
        host.run((context, options: DecideOptions, id = '', study = '') =>
          decide(context, { id, study, decision, reason: options.reason }),
        ),
      )
  }
}

function registerAdd(report: Command, host: CommandHost): void {
  report
    .command('add')
    .description('hand in a report: CDA2 (XML or inside a PDF), FHIR JSON, HL7 v2')
    .argument('<file>')
    .option('--entity <code>', 'health entity whose report it is (default: the health record)')
    .option('--type <media type>', 'default: by the end of the file name')
    .action(host.run((context, options: AddOptions, file = '') => add(context, options, file)))
}

function registerLists(report: Command, host: CommandHost): void {
  const paged = (name: string, description: string) =>
    report
      .command(name)
      .description(description)
      .option('--limit <n>', 'at most so many', parseInteger, defaultLimit)
      .option('--offset <n>', 'leave out the first', parseInteger, 0)
  paged('list', 'list reports, newest first')
    .option('--study <uid>', 'linked with this study')
    .option('--state <state>', 'current, superseded or withdrawn')
    .action(host.run((context, options: ListOptions) => list(context, options)))
  paged('review', 'links that a person has to decide about, oldest first').action(
    host.run((context, options: PageOptions) => review(context, options)),
  )
  report
    .command('links')
    .description('the studies of a report, with state and evidence')
    .argument('<report>', 'id of the report')
    .action(host.run((context, _options: object, id = '') => links(context, id)))
}

async function add(context: CommandContext, options: AddOptions, file: string): Promise<CommandResult> {
  const contentType = options.type ?? typeOfExtension[extname(file).toLowerCase()]
  if (contentType === undefined) throw new CliError('usage', 'the file name does not tell the type: give --type')
  const body = await readFile(file)
  const { entity } = options
  const ask = await createArchiveClient(
    context,
    entity === undefined ? { role: 'fse', purpose: 'TREATMENT' } : { role: 'entity', entityCode: entity },
  )
  const added = (await ask('/reports', { method: 'POST', contentType, body })) as {
    id: string
    state: string
    links: Link[]
  }
  const head = `report ${added.id} (${added.state})`
  return { json: added, text: added.links.length === 0 ? `${head}: no study yet` : `${head}\n${tableOf(added.links)}` }
}

async function list(context: CommandContext, options: ListOptions): Promise<CommandResult> {
  const ask = await createArchiveClient(context, { role: 'operator' })
  const { reports } = (await ask(`/reports?${queryOf(options)}`)) as { reports: readonly ListedReport[] }
  const rows = reports.map(({ id, state, format, origin, receivedAt, uniqueId }) => [
    id,
    state,
    format,
    origin,
    receivedAt,
    uniqueId,
  ])
  const text = renderTable([['id', 'state', 'format', 'origin', 'received', 'unique id'], ...rows])
  return { json: reports, text: reports.length === 0 ? 'no reports' : text }
}

async function review(context: CommandContext, options: PageOptions): Promise<CommandResult> {
  const ask = await createArchiveClient(context, { role: 'operator' })
  const found = (await ask(`/reports/review?${queryOf(options)}`)) as { links: readonly Link[] }
  return { json: found.links, text: found.links.length === 0 ? 'nothing to decide' : tableOf(found.links) }
}

async function links(context: CommandContext, id: string): Promise<CommandResult> {
  const ask = await createArchiveClient(context, { role: 'operator' })
  const found = (await ask(`/reports/${encodeURIComponent(id)}/studies`)) as { links: readonly Link[] }
  return { json: found.links, text: found.links.length === 0 ? 'no studies' : tableOf(found.links) }
}

async function decide(
  context: CommandContext,
  { id, study, decision, reason }: { id: string; study: string; decision: string; reason: string },
): Promise<CommandResult> {
  const ask = await createArchiveClient(context, { role: 'operator' })
  const path = `/reports/${encodeURIComponent(id)}/links/${encodeURIComponent(study)}`
  const body = JSON.stringify({ decision, reason })
  const link = (await ask(path, { method: 'POST', contentType: 'application/json', body })) as Link
  return { json: link, text: link.state === undefined ? 'kept' : `${study} is ${link.state}` }
}

function tableOf(found: readonly Link[]): string {
  const rows = found.map((link) => [
    link.reportId,
    link.studyInstanceUid,
    link.state,
    link.tier,
    String(link.score),
    link.decidedBy ?? 'rules',
    link.evidence.map(({ key, outcome }) => `${key} ${outcome}`).join(', '),
  ])
  return renderTable([['report', 'study', 'state', 'tier', 'score', 'by', 'evidence'], ...rows])
}

function queryOf(options: Partial<ListOptions>): string {
  const query = new URLSearchParams()
  for (const name of ['study', 'state', 'limit', 'offset'] as const) {
    if (options[name] !== undefined) query.set(name, String(options[name]))
  }
  return query.toString()
}
