import type { Command } from 'commander'
import type { CliConfig } from './config.ts'
import type { Progress } from './output.ts'

/** What a command may use of the world around it. */
export interface CommandContext {
  readonly config: CliConfig
  /** `--json`: the result is for a machine. */
  readonly json: boolean
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
  /** A line for a person, on stdout; nothing with `--json`. */
  print(line: string): void
  /** A remark on stderr, also with `--json`. */
  note(line: string): void
  /** A bar on a terminal for long work. */
  progress(o: { label: string; total: number; unit: string }): Progress
  /** Runs when the command is over, however it ended; last registered first. */
  onEnd(close: () => void | Promise<void>): void
}

/**
 * What a command hands back: `json` is printed by `--json`, `text` otherwise. `ok: false` ends with status 1 although
 * nothing was thrown (a verification that found damage, say).
 */
export interface CommandResult {
  readonly json: unknown
  readonly text: string
  readonly ok?: boolean
}

/** The parsed options first, then the arguments in their order. */
export type CommandAction<O> = (
  context: CommandContext,
  options: O,
  ...args: string[]
) => Promise<CommandResult | undefined>

export interface CommandHost {
  /** Makes a commander action out of ours: context, printing, exit status, closing. */
  run<O>(action: CommandAction<O>): (...args: unknown[]) => Promise<void>
}

/** Each file in commands/ exports one such function. `--json` and `--help` are added to every command by the frame. */
export type RegisterCommand = (program: Command, host: CommandHost) => void
