import { createFhirModule } from './fhir/fhir-module.ts'
import type { LinkerModule, LinkerParts } from './linker-parts.ts'
import { createPublicationModule } from './publication/publication-module.ts'
import { createVisibilityModule } from './visibility/visibility-module.ts'
import { createWebhookModule } from './webhook/webhook-module.ts'

/** The topics of this service, in the order in which their routes are tried. */
export function createModules(parts: LinkerParts): readonly LinkerModule[] {
  return [
    createPublicationModule(parts, { evaluate: async () => {} }),
    createFhirModule(parts),
    createWebhookModule(parts),
    createVisibilityModule(parts),
  ]
}
