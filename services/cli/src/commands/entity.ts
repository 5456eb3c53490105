import { setTimeout as sleep } from 'node:timers/promises'
import { addEntity, directoryLimits, type Entity, EntityError, listEntities } from '@vna/entities'
import { openHealthRecord } from '@vna/record'
import { findRunRecord } from '@vna/runtime'
import { type Command, Option } from 'commander'
import type { CommandContext, CommandHost, CommandResult, RegisterCommand } from '../command.ts'
import { connectCatalog, connectDatabase } from '../connections.ts'
import { CliError } from '../errors.ts'
import { renderTable } from '../output.ts'
import { collect, parseInteger } from '../parse-values.ts'

interface AddOptions {
  code: string
  kind: Entity['kind']
  name: string
  ae?: string[]
  alias?: string[]
  host?: string[]
  identifierDomain?: string[]
  port?: number
  certificateSubject?: string[]
  duplicatePolicy?: Entity['duplicatePolicy']
  studyStableMs?: number
  privateSopClass?: string[]
}

/** After the receivers' refresh a new entity is known to all of them. */
const refreshMarginMs = 250

export const registerEntity: RegisterCommand = (program, host) => {
  const entity = program.command('entity').description('health entities that send and fetch')
  registerAdd(entity, host)
  entity
    .command('domain')
    .description(
      'say whose patient numbers a domain has; the first entity that names one in a message has it otherwise',
    )
    .argument('<code>', 'of the entity')
    .argument('<domain>', 'OID or name')
    .action(host.run((context, _options: object, code = '', domain = '') => assignDomain(context, code, domain)))
  entity
    .command('list')
    .description('list all entities')
    .action(host.run((context) => list(context)))
}

function registerAdd(entity: Command, host: CommandHost): void {
  entity
    .command('add')
    .description('add a health entity')
    .requiredOption('--code <code>', 'unique code: capital letters, digits, hyphens')
    .addOption(
      new Option('--kind <kind>', 'public or accredited private').choices(['EEP', 'EEPA']).makeOptionMandatory(),
    )
    .requiredOption('--name <name>', 'full name')
    .option('--ae <title>', 'AE title it calls with (may be repeated)', collect)
    .option('--alias <title>', 'AE title of this archive that means this entity (may be repeated)', collect)
    .option('--host <host>', 'name or address it calls from (may be repeated)', collect)
    .option(
      '--identifier-domain <domain>',
      'OID or name of the domain of its patient numbers (may be repeated)',
      collect,
    )
    .option('--port <port>', 'its DICOM port, for C-MOVE', parseInteger)
    .option('--certificate-subject <name>', 'subject of its client certificate (may be repeated)', collect)
    .addOption(
      new Option(
        '--duplicate-policy <policy>',
        'for other bytes under a known SOP Instance UID (default: version)',
      ).choices(['version', 'keep-first', 'refuse']),
    )
    .option('--study-stable-ms <ms>', 'quiet time after which its studies are stable', parseInteger)
    .option('--private-sop-class <uid>', 'private SOP class it may send (may be repeated)', collect)
    .action(host.run((context, options: AddOptions) => add(context, options)))
}

async function add(context: CommandContext, options: AddOptions): Promise<CommandResult> {
  const database = connectDatabase(context)
  const entity = await addEntity(connectCatalog(context, database), {
    code: options.code,
    kind: options.kind,
    name: options.name,
    aeTitles: options.ae ?? [],
    calledAliases: options.alias,
    hosts: options.host,
    port: options.port,
    certificateSubjects: options.certificateSubject,
    duplicatePolicy: options.duplicatePolicy,
    studyStableMs: options.studyStableMs,
    privateSopClasses: options.privateSopClass,
  }).catch((error: unknown) => {
    if (error instanceof EntityError && error.code === 'invalid-entity') throw new CliError('usage', error.message)
    throw error
  })
  const { identity } = openHealthRecord(database)
  for (const domain of options.identifierDomain ?? []) await identity.assignDomain({ domain, entityCode: entity.code })
  // Whoever sends right after this command must be known: wait for the gateway's next look at the registry.
  if (findRunRecord(context.config.home, 'gateway') !== undefined) {
    await sleep(directoryLimits.refreshMs + refreshMarginMs)
  }
  return { json: entity, text: `added ${entity.code}` }
}

async function assignDomain(context: CommandContext, code: string, domain: string): Promise<CommandResult> {
  const database = connectDatabase(context)
  const known = await listEntities(connectCatalog(context, database))
  if (!known.some((entity) => entity.code === code)) throw new CliError('not-found', `there is no entity ${code}`)
  const changed = await openHealthRecord(database).identity.assignDomain({ domain, entityCode: code })
  return { json: { domain, entityCode: code, changed }, text: changed ? 'assigned' : 'it was assigned already' }
}

async function list(context: CommandContext): Promise<CommandResult> {
  const entities = await listEntities(connectCatalog(context))
  const head = ['code', 'kind', 'status', 'AE titles', 'hosts', 'name']
  const rows = entities.map((entity) => [
    entity.code,
    entity.kind,
    entity.status,
    entity.aeTitles.join(' '),
    entity.hosts.join(' '),
    entity.name,
  ])
  return { json: entities, text: entities.length === 0 ? 'no entities yet' : renderTable([head, ...rows]) }
}
