/** Rule files: what they decide about a person, a link or a study is hard to undo. */
export const rules: readonly string[] = [
  // Which report belongs to which study.
  'packages/fse/src/linking/*.ts',
  'services/linker/src/linking/decide-links.ts',
  'services/linker/src/linking/patients.ts',
  'packages/*/src/**/evaluation-rules.ts',
  'packages/*/src/**/link-changes.ts',
  'packages/*/src/**/report-chain.ts',
  // Who may do what.
  'packages/access/src/decide.ts',
  // Which identifiers are one person.
  'packages/*/src/identity/identity.ts',
  'packages/*/src/**/place-identities.ts',
  'packages/identifiers/src/codice-fiscale.ts',
  // What is registered and shown.
  'packages/*/src/**/plan-study.ts',
  'packages/*/src/**/current-version.ts',
  'services/linker/src/publication/plan-publication.ts',
]
