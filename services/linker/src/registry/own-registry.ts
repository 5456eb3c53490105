import type { Registry } from './registry.ts'

/** The archive's own `/fhir`: its record is the registry, so there is nobody to send to and nobody to ask. */
export function createOwnRegistry(): Registry {
  return {
    kind: 'own',
    isExternal: false,
    submit: async () => ({ kos: undefined, fhir: undefined }),
    findCurrent: async () => undefined,
    withdraw: async () => {},
  }
}
