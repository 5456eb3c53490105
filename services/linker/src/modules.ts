import type { LinkerModule, LinkerParts } from './linker-parts.ts'

/** The topics of this service, in the order in which their routes are tried. */
export function createModules(_parts: LinkerParts): readonly LinkerModule[] {
  return []
}
