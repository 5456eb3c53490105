import type { Identifier } from '@vna/record'

/**
 * Asks a regional registry which person an identifier stands for: where a PIXm (ITI-83) or PDQm (ITI-78) client plugs in.
 * Called for identifiers that nobody told about; answers `undefined` where the registry does not know either.
 */
export interface PersonLookup {
  findNational(identifier: Identifier, signal: AbortSignal): Promise<Identifier | undefined>
}

/** The default: no registry is asked, and ADT messages and imports are all there is. */
export const noPersonLookup: PersonLookup = { findNational: async () => undefined }
