import { loadCommands } from './commands/all.ts'
import { createProgram } from './program.ts'

const args = process.argv.slice(2)
const program = createProgram({
  environment: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  register: await loadCommands(args),
})

process.exitCode = await program.run(args)
