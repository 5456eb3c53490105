import { migrateCatalog } from './migrate-catalog.ts'
import { runSupervisor } from './run-supervisor.ts'

// A terminal that is gone, or output sent to a full disk, must not end the archive.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

await runSupervisor({
  environment: process.env,
  cwd: process.cwd(),
  print: (line) => process.stdout.write(`${line}\n`),
  fail: (line) => process.stderr.write(`${line}\n`),
  tellParent: (message) => void process.send?.(message),
  migrate: migrateCatalog,
})
