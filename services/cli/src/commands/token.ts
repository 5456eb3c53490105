import { join } from 'node:path'
import { issueToken, openSigningKey, purposes, type Role, roles, tokenLimits, verifyToken } from '@vna/access'
import { Option } from 'commander'
import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { parseDurationSeconds } from '../parse-values.ts'

interface TokenOptions {
  role: Role
  entity?: string
  patient?: string
  purpose?: (typeof purposes)[number]
  subject?: string
  ttl: number
}

export const registerToken: RegisterCommand = (program, host) => {
  program
    .command('token')
    .description('print a bearer token signed by the local key')
    .addOption(new Option('--role <role>', 'whom it stands for').choices(roles).makeOptionMandatory())
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
    .action(host.run((context, options: TokenOptions) => printToken(context, options)))
}

async function printToken(context: CommandContext, options: TokenOptions): Promise<CommandResult> {
  const key = await openSigningKey(join(context.config.home, 'keys'))
  const token = await issueToken(key, {
    role: options.role,
    subject: options.subject,
    entityCode: options.entity,
    patient: options.patient,
    purpose: options.purpose,
    ttlSeconds: options.ttl,
  })
  const { expiresAt } = await verifyToken(key, token)
  return { json: { token, role: options.role, expiresAt: expiresAt.toISOString() }, text: token }
}
