import { createFhirModule } from './fhir/fhir-module.ts'
import { createIdentityModule } from './identity/identity-module.ts'
import type { LinkerModule, LinkerParts } from './linker-parts.ts'
import { createLinkingModule } from './linking/linking-module.ts'
import { createMllpModule } from './mllp/mllp-module.ts'
import { createPublicationModule } from './publication/publication-module.ts'
import { createVisibilityModule } from './visibility/visibility-module.ts'
import { createWebhookModule } from './webhook/webhook-module.ts'

/** The topics of this service, in the order in which their routes are tried. */
export function createModules(parts: LinkerParts): readonly LinkerModule[] {
  const linking = createLinkingModule(parts)
  return [
    createMllpModule(parts, linking.intake),
    linking,
    createIdentityModule(parts),
    createPublicationModule(parts, { evaluate: linking.evaluator.evaluateStudy }),
    createFhirModule(parts),
    createWebhookModule(parts),
    createVisibilityModule(parts),
  ]
}
