import type { RegisterCommand } from '../command.ts'
import { registerBench } from './bench.ts'
import { registerCatalog } from './catalog.ts'
import { registerEntity } from './entity.ts'
import { registerInstance } from './instance.ts'
import { registerJournal } from './journal.ts'
import { registerQuarantine } from './quarantine.ts'
import { registerReindex } from './reindex.ts'
import { registerSend } from './send.ts'
import { registerStatus } from './status.ts'
import { registerToken } from './token.ts'
import { registerUp } from './up.ts'
import { registerVerify } from './verify.ts'

/** Every command, in the order `vna --help` shows them. */
export const allCommands: readonly RegisterCommand[] = [
  registerUp,
  registerStatus,
  registerEntity,
  registerToken,
  registerSend,
  registerInstance,
  registerQuarantine,
  registerJournal,
  registerVerify,
  registerReindex,
  registerCatalog,
  registerBench,
]
