import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { CommandContext, RegisterCommand } from '../command.ts'
import { repositoryFolder } from '../config.ts'
import { CliError } from '../errors.ts'

const supervisorFile = join(repositoryFolder, 'services', 'supervisor', 'src', 'main.ts')
/** The supervisor ends within 10 s by itself; past that, something is wrong with it. */
const stopLimitMs = 10_500

export const registerUp: RegisterCommand = (program, host) => {
  program
    .command('up')
    .description('run the whole stack until Ctrl-C')
    .option('--demo', 'then send phantom studies as two demo entities, and say where to look')
    .action(host.run((context, options: { demo?: boolean }) => up(context, options.demo === true)))
}

async function up(context: CommandContext, wantsDemo: boolean): Promise<undefined> {
  const supervisor = startSupervisor(context)
  const ended = new Promise<number>((resolve) => supervisor.on('exit', (code) => resolve(code ?? 1)))
  context.signal.addEventListener('abort', () => stop(supervisor))
  // Whoever started us (npm start) holds the other end of this channel.
  if (process.connected) process.on('disconnect', () => stop(supervisor))
  if (wantsDemo) supervisor.once('message', () => void demonstrate(context))
  const exitCode = await ended
  if (process.connected) process.disconnect?.()
  if (exitCode !== 0) throw new CliError('failed', `the stack ended with status ${exitCode}`)
}

function startSupervisor(context: CommandContext): ChildProcess {
  return spawn(process.execPath, [supervisorFile], {
    cwd: repositoryFolder,
    env: { ...process.env, VNA_HOME: context.config.home },
    // The IPC channel tells us when the stack is ready, and tells the supervisor, by closing, when we are gone.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Not in the terminal's group: Ctrl-C comes to us, and we pass it on once.
    detached: true,
  })
}

function stop(supervisor: ChildProcess): void {
  supervisor.kill('SIGTERM')
  setTimeout(() => supervisor.kill('SIGKILL'), stopLimitMs).unref()
}

/** A demo that fails is said, and the stack runs on. */
async function demonstrate(context: CommandContext): Promise<void> {
  try {
    const { runDemo } = await import('../demo/run-demo.ts')
    context.print(await runDemo(context))
  } catch (error) {
    if (context.signal.aborted) return
    context.note(`vna: the demo failed: ${error instanceof Error ? error.message : 'unknown error'}`)
  }
}
