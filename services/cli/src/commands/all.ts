import type { RegisterCommand } from '../command.ts'
import { registerBench } from './bench.ts'
import { registerSend } from './send.ts'
import { registerStatus } from './status.ts'
import { registerUp } from './up.ts'

/** Every command, in the order `vna --help` shows them. */
export const allCommands: readonly RegisterCommand[] = [registerUp, registerStatus, registerSend, registerBench]
