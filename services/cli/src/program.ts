import { type Environment, RuntimeError } from '@vna/runtime'
import { Command, CommanderError } from 'commander'
import type { CommandAction, CommandContext, CommandHost, CommandResult, RegisterCommand } from './command.ts'
import { parseConfig } from './config.ts'
import { CliError } from './errors.ts'
import { createProgress, type TextStream, visibleJson, visibleLines } from './output.ts'

export interface ProgramOptions {
  readonly environment: Environment
  readonly cwd: string
  readonly stdout: TextStream
  readonly stderr: TextStream
  readonly register: readonly RegisterCommand[]
}

const exitDone = 0
const exitFailed = 1
const exitUsage = 2

/** The `vna` command: exit status 0 done, 1 failed, 2 wrong usage. */
export function createProgram(o: ProgramOptions): { run(args: readonly string[]): Promise<number> } {
  let exitCode = exitDone
  const host: CommandHost = {
    run:
      (action) =>
      async (...raw) => {
        exitCode = await runAction(action, raw, o)
      },
  }
  const program = new Command('vna').enablePositionalOptions().description('A regional Vendor Neutral Archive')
  for (const register of o.register) register(program, host)
  for (const command of commandsOf(program)) prepare(command, o)
  return {
    async run(args) {
      try {
        await program.parseAsync(args, { from: 'user' })
        return exitCode
      } catch (error) {
        if (error instanceof CommanderError) return error.exitCode === 0 ? exitDone : exitUsage
        throw error
      }
    },
  }
}

function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)]
}

function prepare(command: Command, o: ProgramOptions): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => o.stdout.write(text),
    writeErr: (text) => o.stderr.write(text),
  })
  if (command.commands.length === 0) command.option('--json', 'print the result as JSON')
}

async function runAction<O>(action: CommandAction<O>, raw: readonly unknown[], o: ProgramOptions): Promise<number> {
  // Commander passes the arguments, then the options, then the command.
  const options = raw.at(-2) as O & { json?: boolean }
  const args = raw.slice(0, -2) as string[]
  const json = options.json === true
  const interrupt = watchForInterrupt()
  const closers: (() => void | Promise<void>)[] = []
  try {
    const context = createContext({ ...o, json, signal: interrupt.signal, closers })
    const result = await action(context, options, ...args)
    if (result !== undefined) printResult(result, json, o.stdout)
    return result?.ok === false ? exitFailed : exitDone
  } catch (error) {
    return reportError(error, json, o)
  } finally {
    for (const close of closers.reverse()) await close()
    interrupt.stop()
  }
}

function createContext(
  o: ProgramOptions & { json: boolean; signal: AbortSignal; closers: (() => void | Promise<void>)[] },
): CommandContext {
  return {
    config: parseConfig(o.environment, o.cwd),
    json: o.json,
    signal: o.signal,
    print: (line) => void (o.json || o.stdout.write(`${visibleLines(line)}\n`)),
    note: (line) => void o.stderr.write(`${visibleLines(line)}\n`),
    progress: (options) => createProgress(o.stderr, options),
    onEnd: (close) => void o.closers.push(close),
  }
}

function printResult(result: CommandResult, json: boolean, stdout: TextStream): void {
  if (json) stdout.write(`${visibleJson(result.json)}\n`)
  else if (result.text !== '') stdout.write(`${visibleLines(result.text)}\n`)
}

function reportError(error: unknown, json: boolean, o: ProgramOptions): number {
  const code = error instanceof Error ? ((error as { code?: string }).code ?? 'failed') : 'failed'
  const message = error instanceof Error ? error.message : String(error)
  if (json) o.stdout.write(`${visibleJson({ error: { code, message } })}\n`)
  o.stderr.write(`vna: ${visibleLines(message)}\n`)
  const isUsage = (error instanceof CliError && error.code === 'usage') || isInvalidConfig(error)
  return isUsage ? exitUsage : exitFailed
}

function isInvalidConfig(error: unknown): boolean {
  return error instanceof RuntimeError && error.code === 'invalid-config'
}

function watchForInterrupt(): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const onSignal = (name: NodeJS.Signals): void => controller.abort(new CliError('interrupted', `stopped by ${name}`))
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
