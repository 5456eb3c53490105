import { createFhirModule } from './fhir/fhir-module.ts'
import { createIdentityModule } from './identity/identity-module.ts'
import type { LinkerDependencies, LinkerModule } from './linker-dependencies.ts'
import { createLinkingModule } from './linking/linking-module.ts'
import { createMllpModule } from './mllp/mllp-module.ts'
import { createPublicationModule } from './publication/publication-module.ts'
import { createVisibilityModule } from './visibility/visibility-module.ts'
import { createWebhookModule } from './webhook/webhook-module.ts'

/** The topics of this service, in the order in which their routes are tried. */
export function createModules(dependencies: LinkerDependencies): readonly LinkerModule[] {
  const linking = createLinkingModule(dependencies)
  return [
    createMllpModule(dependencies, linking.intake),
    linking,
    createIdentityModule(dependencies),
    createPublicationModule(dependencies, { evaluate: linking.evaluator.evaluateStudy }),
    createFhirModule(dependencies),
    createWebhookModule(dependencies),
    createVisibilityModule(dependencies),
  ]
}
