import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { connectCatalog } from '../connections.ts'
import { renderTable } from '../output.ts'
import { parseInteger } from '../parse-values.ts'

interface ConflictOptions {
  study?: string
  after?: string
  limit: number
}

const defaultLimit = 100

export const registerConflicts: RegisterCommand = (program, host) => {
  program
    .command('conflicts')
    .description('studies that several entities sent under different persons, and whose the record shows')
    .option('--study <uid>', 'only this one')
    .option('--after <uid>', 'those after this Study Instance UID, for the next page')
    .option('--limit <n>', 'at most so many', parseInteger, defaultLimit)
    .action(host.run((context, options: ConflictOptions) => list(context, options)))
}

/** Codes and UIDs only: an operator sees no name. */
async function list(context: CommandContext, options: ConflictOptions): Promise<CommandResult> {
  const { study: studyInstanceUid, after, limit } = options
  const conflicts = await connectCatalog(context).listConflicts({ studyInstanceUid, after, limit })
  const head = ['Study Instance UID', 'originator', 'proof', 'others', 'published']
  const rows = conflicts.map(({ studyInstanceUid: uid, originator, proof, others, isHeldBack }) => [
    uid,
    originator,
    proof,
    others.map(({ entityCode, agreement, instances }) => `${entityCode} (${agreement}, ${instances})`).join(', '),
    isHeldBack ? 'held back' : 'as the originator has it',
  ])
  return {
    json: conflicts,
    text: conflicts.length === 0 ? 'no study is sent under different persons' : renderTable([head, ...rows]),
  }
}
