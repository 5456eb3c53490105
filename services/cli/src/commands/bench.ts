import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { RegisterCommand } from '../command.ts'
import { repositoryFolder } from '../config.ts'
import { CliError } from '../errors.ts'

/** Stands with the tests: a checkout has it, the image has not. Its name is kept from whoever bundles by imports. */
const toolFile = 'test/bench-tool/register-bench.ts'

/** The benchmarks where this checkout has them, else a command that says what is missing. */
export async function loadBench(folder = repositoryFolder): Promise<RegisterCommand> {
  const path = join(folder, toolFile)
  if (!existsSync(path)) return registerMissing
  const tool = (await import(pathToFileURL(path).href)) as { readonly registerBench: RegisterCommand }
  return tool.registerBench
}

const registerMissing: RegisterCommand = (program, host) => {
  program
    .command('bench')
    .description('measure this archive and its rivals (only in a checkout of the repository)')
    .argument('[words...]')
    .allowUnknownOption()
    .action(
      host.run(() =>
        Promise.reject(new CliError('failed', `bench needs ${toolFile}, which only a checkout of the repository has`)),
      ),
    )
}
