import { migrateCatalog } from './migrate-catalog.ts'
import { runSupervisor } from './run-supervisor.ts'

await runSupervisor({
  environment: process.env,
  cwd: process.cwd(),
  print: (line) => process.stdout.write(`${line}\n`),
  fail: (line) => process.stderr.write(`${line}\n`),
  tellParent: (message) => void process.send?.(message),
  migrate: migrateCatalog,
})
