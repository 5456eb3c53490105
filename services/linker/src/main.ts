import { runService } from '@vna/runtime'
import { parseLinkerConfig } from './config.ts'
import { startLinker } from './start-linker.ts'

const config = parseLinkerConfig(process.env)

await runService({
  name: 'linker',
  home: config.home,
  logLevel: config.logLevel,
  opsHost: config.internalBind,
  opsPort: config.internalOpsPort,
  start: (context) => startLinker(config, context),
})
