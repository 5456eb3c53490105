import { runService } from '@vna/runtime'
import { parseConfig, type SupervisorConfig } from './config.ts'
import { renderBanner } from './stack/banner.ts'
import { openLogs } from './stack/logs.ts'
import { prepareHome, stackStopLimitMs, startStack } from './stack/start-stack.ts'

export interface SupervisorOptions {
  readonly environment: NodeJS.ProcessEnv
  readonly cwd: string
  /** For the person at the terminal: what happens. */
  readonly print: (line: string) => void
  /** For the same person: why it does not. */
  readonly fail: (line: string) => void
  /** Tells the command that started us that the stack is ready. */
  readonly tellParent: (message: { kind: 'ready' }) => void
  readonly migrate: (databaseUrl: string) => Promise<void>
}

/** The supervisor as this process: config → stack → ready → stop. Ends with 2 for what the operator must set otherwise. */
export async function runSupervisor(o: SupervisorOptions): Promise<never> {
  // Everything written under VNA_HOME, by us and by our children, is the owner's only.
  process.umask(0o077)
  const fail = (error: unknown): void => {
    for (const line of messageOf(error).split('\n')) o.fail(`vna: ${line}`)
  }
  let config: SupervisorConfig
  try {
    config = parseConfig(o.environment, o.cwd)
    prepareHome(config.home)
  } catch (error) {
    fail(error)
    return process.exit(2)
  }
  const logs = openLogs(config.home)
  const writeLog = logs.writer('supervisor')
  return runService({
    name: 'supervisor',
    home: config.home,
    logLevel: config.logLevel,
    logStream: { write: (text) => writeLog(text.trimEnd()) },
    shutdownLimitMs: stackStopLimitMs,
    onStartFailed: fail,
    start: async (context) => {
      const started = await startStack({ ...o, config, context, logs })
      o.print(renderBanner(config, started.record ?? {}))
      o.tellParent({ kind: 'ready' })
      return started
    },
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
