import { runService } from '@vna/runtime'
import { parseGatewayConfig } from './config.ts'
import { startGateway } from './start-gateway.ts'

const config = parseGatewayConfig(process.env)

await runService({
  name: 'gateway',
  home: config.home,
  logLevel: config.logLevel,
  opsHost: config.internalBind,
  opsPort: config.internalOpsPort,
  start: (context) => startGateway(config, context),
})
