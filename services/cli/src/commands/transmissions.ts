import {
  type ListedTransmission,
  openTransmissions,
  type TransmissionOutcome,
  type TransmissionProtocol,
  type TransmissionReason,
  transmissionOutcomes,
  transmissionProtocols,
} from '@vna/transmissions'
import { InvalidArgumentError, Option } from 'commander'
import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { connectDatabase } from '../connections.ts'
import { renderTable } from '../output.ts'
import { parseInteger, parseTime } from '../parse-values.ts'

interface Options {
  entity?: string
  client?: string
  protocol?: TransmissionProtocol
  direction?: 'in' | 'out'
  study?: string
  outcome?: TransmissionOutcome
  reason?: TransmissionReason
  since?: Date
  until?: Date
  limit: number
}

const defaultLimit = 50
const maxLimit = 10_000

export const registerTransmissions: RegisterCommand = (program, host) => {
  program
    .command('transmissions')
    .description('what came and went: one row for each association or request, newest first')
    .option('--entity <code>', 'only of this entity')
    .option('--client <name>', 'only of this AE title or client')
    .addOption(new Option('--protocol <name>', 'only by this protocol').choices(transmissionProtocols))
    .addOption(new Option('--direction <direction>', 'only what came or what went').choices(['in', 'out']))
    .option('--study <uid>', 'only where this Study Instance UID was among the first hundred')
    .addOption(new Option('--outcome <outcome>', 'only what ended so').choices(transmissionOutcomes))
    .option('--reason <reason>', 'only what ended for this reason')
    .option(
      '--since <time>',
      'started at or after: 2026-11-24, 2026-11-24T10:00 (UTC), or so long ago: 15m, 7d',
      parseTime,
    )
    .option('--until <time>', 'started before', parseTime)
    .option('--limit <n>', `at most so many, up to ${maxLimit}`, parseLimit, defaultLimit)
    .action(host.run((context, options: Options) => list(context, options)))
}

function parseLimit(text: string): number {
  const limit = parseInteger(text)
  if (limit > maxLimit) throw new InvalidArgumentError(`at most ${maxLimit}; narrow it by --until`)
  return limit
}

async function list(context: CommandContext, options: Options): Promise<CommandResult> {
  const { entity, study, ...filter } = options
  const found = await openTransmissions(connectDatabase(context)).list({
    ...filter,
    entityCode: entity,
    studyInstanceUid: study,
  })
  const rows = found.map(withoutPatient)
  return { json: rows, text: rows.length === 0 ? 'nothing found' : transmissionTable(rows) }
}

/** With a character for omocodia: digits may be letters. */
const codiceFiscale =
  /(?<![a-z0-9])[a-z]{6}[0-9lmnp-v]{2}[a-ehlmprst][0-9lmnp-v]{2}[a-z][0-9lmnp-v]{3}[a-z](?![a-z0-9])/giu

/** A citizen's own client is named by the issuer of its token, often after the person: never shown. */
export function withoutPatient(row: ListedTransmission): ListedTransmission {
  const masked = (text: string): string => text.replace(codiceFiscale, '(codice fiscale)')
  return { ...row, client: masked(row.client), ...(row.reason && { reason: masked(row.reason) }) }
}

const head = [
  'started',
  'seconds',
  'way',
  'entity',
  'client',
  'protocol',
  'instances',
  'failures',
  'bytes',
  'outcome',
  'reason',
  'study',
]

export function transmissionTable(rows: readonly ListedTransmission[]): string {
  return renderTable([
    head,
    ...rows.map((row) => [
      row.startedAt.toISOString(),
      ((row.endedAt.getTime() - row.startedAt.getTime()) / 1000).toFixed(1),
      row.direction,
      row.entityCode ?? '',
      row.client,
      row.protocol,
      String(row.instances),
      String(row.failures),
      String(row.bytes),
      row.outcome,
      row.reason ?? '',
      studiesText(row.studyInstanceUids ?? []),
    ]),
  ])
}

function studiesText([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more`
}
