import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { issueToken, openSigningKey, purposes, type Role, roles, tokenLimits, verifyToken } from '@vna/access'
import { type Command, Option } from 'commander'
import type { CommandContext, CommandHost, CommandResult, RegisterCommand } from '../command.ts'
import { connectCatalog } from '../connections.ts'
import { CliError } from '../errors.ts'
import { parseDurationSeconds } from '../parse-values.ts'

interface TokenOptions {
  role?: Role
  entity?: string
  patient?: string
  purpose?: (typeof purposes)[number]
  subject?: string
  ttl: number
}

export const registerToken: RegisterCommand = (program, host) => {
  const token = program
    .command('token')
    // So that --entity and --role after `revoke` are those of `revoke`.
    .enablePositionalOptions()
    .description('print a bearer token signed by the local key')
    .addOption(new Option('--role <role>', 'whom it stands for').choices(roles))
    .option('--entity <code>', 'health entity it is limited to')
    .option('--patient <codice fiscale>', 'patient it is limited to')
    .addOption(new Option('--purpose <purpose>', 'purpose of use').choices(purposes))
    .option('--subject <name>', 'who uses it, for the audit trail (default: the role)')
    .option(
      '--ttl <duration>',
      'how long it lives: 90s, 15m, 1h, 7d',
      parseDurationSeconds,
      tokenLimits.defaultTtlSeconds,
    )
    // The frame adds it only to commands that have none below them.
    .option('--json', 'print the result as JSON')
    .action(host.run((context, options: TokenOptions) => printToken(context, options)))
  registerRevoke(token, host)
}

async function printToken(context: CommandContext, options: TokenOptions): Promise<CommandResult> {
  const { role } = options
  if (role === undefined) throw new CliError('usage', 'a role is needed: --role')
  const key = await openSigningKey(join(context.config.home, 'keys'))
  const token = await issueToken(key, {
    role,
    subject: options.subject,
    entityCode: options.entity,
    patient: options.patient,
    purpose: options.purpose,
    ttlSeconds: options.ttl,
  })
  const { expiresAt, tokenId } = await verifyToken(key, token)
  return { json: { token, id: tokenId, role, expiresAt: expiresAt.toISOString() }, text: token }
}

interface RevokeOptions {
  id?: string
  entity?: string
  role?: Role
  issuedBefore?: string
  reason: string
}

function registerRevoke(token: Command, host: CommandHost): void {
  token
    .command('revoke')
    .description(
      'make tokens count no longer: one, or those of an entity or a role; every service knows within seconds',
    )
    .option('--id <jti>', 'the one of this number (`id` of token --json, `token` in the audit trail)')
    .option('--entity <code>', 'those of a health entity')
    .addOption(new Option('--role <role>', 'those of a role').choices(roles))
    .option('--issued-before <time>', 'only those issued until then, like 2026-11-24T10:00:00Z (default: now)')
    .requiredOption('--reason <text>', 'why, for the ledger')
    .action(host.run((context, options: RevokeOptions) => revoke(context, options)))
}

async function revoke(context: CommandContext, options: RevokeOptions): Promise<CommandResult> {
  const { id: tokenId, entity: entityCode, role, reason } = options
  if ((tokenId ?? entityCode ?? role) === undefined) {
    throw new CliError('usage', 'say which tokens: --id, --entity, --role, or several of them')
  }
  const now = new Date()
  const issuedBefore = options.issuedBefore === undefined ? now : new Date(options.issuedBefore)
  if (Number.isNaN(issuedBefore.getTime())) throw new CliError('usage', '--issued-before is no time')
  const revocation = {
    ...{ id: randomUUID(), tokenId, entityCode, role, reason, by: 'vna token revoke' },
    ...{ issuedBefore: issuedBefore.toISOString(), at: now.toISOString() },
  }
  await connectCatalog(context).revokeTokens(revocation)
  return { json: revocation, text: `revoked: tokens issued until ${revocation.issuedBefore}` }
}
