import type { RegisterCommand } from '../command.ts'

/** Every command, in the order `vna --help` shows them. Loaded when asked for: each pulls in what it alone needs. */
const loaders: Readonly<Record<string, () => Promise<RegisterCommand>>> = {
  up: async () => (await import('./up.ts')).registerUp,
  status: async () => (await import('./status.ts')).registerStatus,
  entity: async () => (await import('./entity.ts')).registerEntity,
  token: async () => (await import('./token.ts')).registerToken,
  send: async () => (await import('./send.ts')).registerSend,
  instance: async () => (await import('./instance.ts')).registerInstance,
  report: async () => (await import('./report.ts')).registerReport,
  identity: async () => (await import('./identity.ts')).registerIdentity,
  transmissions: async () => (await import('./transmissions.ts')).registerTransmissions,
  quarantine: async () => (await import('./quarantine.ts')).registerQuarantine,
  conflicts: async () => (await import('./conflicts.ts')).registerConflicts,
  journal: async () => (await import('./journal.ts')).registerJournal,
  verify: async () => (await import('./verify.ts')).registerVerify,
  reindex: async () => (await import('./reindex.ts')).registerReindex,
  catalog: async () => (await import('./catalog.ts')).registerCatalog,
  bench: async () => (await import('./bench.ts')).loadBench(),
}

/** The command these arguments name; all of them where they name none (`--help`, a slip). */
export async function loadCommands(args: readonly string[]): Promise<readonly RegisterCommand[]> {
  const named = Object.hasOwn(loaders, args[0] ?? '') ? loaders[args[0] ?? ''] : undefined
  return Promise.all((named === undefined ? Object.values(loaders) : [named]).map((load) => load()))
}
