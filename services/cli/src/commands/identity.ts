import { readFile } from 'node:fs/promises'
import { Argument } from 'commander'
import { createArchiveClient } from '../archive-client.ts'
import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { CliError } from '../errors.ts'
import { renderTable } from '../output.ts'

interface ImportOptions {
  dryRun?: boolean
}

interface Identifier {
  readonly issuer: string
  readonly identifier: string
}

interface Resolved extends Identifier {
  readonly survivor: Identifier
  readonly national?: Identifier
  readonly equivalents: readonly Identifier[]
}

const wanted = 'an identifier is written issuer|number, such as entity:ASST-A|12345'

export const registerIdentity: RegisterCommand = (program, host) => {
  const identity = program.command('identity').description('which identifiers stand for one person')
  identity
    .command('import')
    .description('take a table: issuer, identifier, national, and nationalIssuer, name, birthDate, sex where wanted')
    .argument('<file>', 'CSV in UTF-8, its first row naming the columns')
    .option('--dry-run', 'check every row and say what would change')
    .action(host.run((context, options: ImportOptions, file = '') => importFile(context, options, file)))
  identity
    .command('resolve')
    .description('whom an identifier stands for')
    .argument('<identifier>', wanted)
    .action(host.run((context, _options: object, text = '') => resolve(context, text)))
  identity
    .command('merge')
    .description('from now on one identifier stands for what another stands for')
    .argument('<survivor>', wanted)
    .argument('<merged>', 'the one that is no more')
    .action(host.run((context, _options: object, survivor = '', merged = '') => merge(context, survivor, merged)))
  identity
    .command('proposals')
    .description('merges that messages asked for and that wait for a person')
    .action(host.run((context) => listProposals(context)))
  identity
    .command('decide')
    .description('confirm a proposed merge, or refuse it')
    .argument('<id>', 'of the proposal')
    .addArgument(new Argument('<decision>').choices(['confirm', 'refuse']))
    .action(host.run((context, _options: object, id = '', decision = '') => decide(context, id, decision)))
  identity
    .command('unmerge')
    .description('take a merge back')
    .argument('<merged>', wanted)
    .action(host.run((context, _options: object, merged = '') => unmerge(context, merged)))
}

async function importFile(context: CommandContext, options: ImportOptions, file: string): Promise<CommandResult> {
  const ask = await createArchiveClient(context, { role: 'operator' })
  const path = options.dryRun === true ? '/fse/v1/identities?dry-run=1' : '/fse/v1/identities'
  const answer = (await ask(path, { method: 'POST', contentType: 'text/csv', body: await readFile(file) })) as {
    rows: number
    invalid: number
    changed: number
    errors: readonly { line: number; problem: string }[]
  }
  const verb = options.dryRun === true ? 'would change' : 'changed'
  const lines = answer.errors.map(({ line, problem }) => `line ${line}: ${problem}`)
  const text = [...lines, `${answer.rows} rows, ${answer.invalid} invalid, ${answer.changed} ${verb}`].join('\n')
  return { json: answer, text, ok: answer.invalid === 0 }
}

async function resolve(context: CommandContext, text: string): Promise<CommandResult> {
  const ask = await createArchiveClient(context, { role: 'operator' })
  const resolved = (await ask(`/fse/v1/identities?${queryOf(identifierOf(text))}`)) as Resolved
  const rows = [
    ['national', resolved.national === undefined ? 'unresolved' : textOf(resolved.national)],
    ['merged into', textOf(resolved.survivor) === textOf(resolved) ? '' : textOf(resolved.survivor)],
    ...resolved.equivalents.map((one) => ['stands with', textOf(one)]),
  ]
  return { json: resolved, text: renderTable(rows) }
}

async function merge(context: CommandContext, survivor: string, merged: string): Promise<CommandResult> {
  const body = JSON.stringify({ survivor: identifierOf(survivor), merged: identifierOf(merged) })
  const ask = await createArchiveClient(context, { role: 'operator' })
  const answer = (await ask('/fse/v1/merges', { method: 'POST', contentType: 'application/json', body })) as {
    changed: boolean
  }
  return { json: answer, text: answer.changed ? 'merged' : 'it was merged already' }
}

async function listProposals(context: CommandContext): Promise<CommandResult> {
  const ask = await createArchiveClient(context, { role: 'operator' })
  const answer = (await ask('/fse/v1/merges')) as {
    proposals: readonly { id: string; survivor: Identifier; merged: Identifier; source: string; proposedAt: string }[]
  }
  const rows = answer.proposals.map(({ id, survivor, merged, source, proposedAt }) => [
    ...[id, textOf(merged), textOf(survivor), source, proposedAt],
  ])
  const table = renderTable([['id', 'would become', 'this one', 'asked by', 'at'], ...rows])
  return { json: answer, text: rows.length === 0 ? 'no merge waits for a decision' : table }
}

async function decide(context: CommandContext, id: string, decision: string): Promise<CommandResult> {
  const ask = await createArchiveClient(context, { role: 'operator' })
  const body = JSON.stringify({ decision })
  await ask(`/fse/v1/merges/${encodeURIComponent(id)}`, { method: 'POST', contentType: 'application/json', body })
  return { json: { id, decision }, text: decision === 'confirm' ? 'merged' : 'refused' }
}

async function unmerge(context: CommandContext, merged: string): Promise<CommandResult> {
  const query = queryOf(identifierOf(merged))
  const ask = await createArchiveClient(context, { role: 'operator' })
  const answer = (await ask(`/fse/v1/merges?${query}`, { method: 'DELETE' })) as { changed: boolean }
  return { json: answer, text: answer.changed ? 'taken back' : 'it is merged into nothing' }
}

function identifierOf(text: string): Identifier {
  const at = text.lastIndexOf('|')
  if (at <= 0 || at === text.length - 1) throw new CliError('usage', wanted)
  return { issuer: text.slice(0, at), identifier: text.slice(at + 1) }
}

function textOf({ issuer, identifier }: Identifier): string {
  return `${issuer}|${identifier}`
}

function queryOf({ issuer, identifier }: Identifier): string {
  return new URLSearchParams({ issuer, identifier }).toString()
}
