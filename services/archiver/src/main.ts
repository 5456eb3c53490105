import { runService } from '@vna/runtime'
import { parseArchiverConfig } from './config.ts'
import { startArchiver } from './start-archiver.ts'

const config = parseArchiverConfig(process.env)

await runService({
  name: 'archiver',
  home: config.home,
  logLevel: config.logLevel,
  opsHost: config.internalBind,
  opsPort: config.internalOpsPort,
  start: (context) => startArchiver(config, context),
})
