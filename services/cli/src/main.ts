import { allCommands } from './commands/all.ts'
import { createProgram } from './program.ts'

const program = createProgram({
  environment: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  register: allCommands,
})

process.exitCode = await program.run(process.argv.slice(2))
