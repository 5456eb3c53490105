import type { CommandContext, CommandResult, RegisterCommand } from '../command.ts'
import { connectDatabase } from '../connections.ts'

export const registerCatalog: RegisterCommand = (program, host) => {
  program
    .command('catalog')
    .description("the catalog's database")
    .command('upgrade')
    .description('bring its schema up to date (npm start does so by itself)')
    .action(host.run((context) => upgrade(context)))
}

async function upgrade(context: CommandContext): Promise<CommandResult> {
  const { applied } = await connectDatabase(context).migrate()
  const text = applied.length === 0 ? 'the schema is up to date' : `applied ${applied.join(', ')}`
  return { json: { applied }, text }
}
