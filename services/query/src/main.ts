import { runService } from '@vna/runtime'
import { parseQueryConfig } from './config.ts'
import { startQuery } from './start-query.ts'

const config = parseQueryConfig(process.env)

await runService({
  name: 'query',
  home: config.home,
  logLevel: config.logLevel,
  opsHost: config.internalBind,
  opsPort: config.internalOpsPort,
  start: (context) => startQuery(config, context),
})
