/** The arrows of the house, one way only (ARCHITECTURE.md). `pnpm check:arrows` proves them. */
const mayImport = {
  bytes: [],
  dicom: ['bytes'],
  'dicom-net': ['bytes', 'dicom'],
  dicomweb: ['dicom'],
  archive: ['dicom', 'flow'],
  flow: [],
  identifiers: [],
  'ledger-events': [],
  database: ['flow', 'ledger-events'],
  catalog: ['database', 'dicom', 'identifiers', 'ledger-events'],
  hl7: ['bytes'],
  fse: ['dicom', 'hl7', 'identifiers'],
  record: ['catalog', 'database', 'dicom', 'fse', 'identifiers', 'ledger-events'],
  transmissions: ['database'],
  intake: ['archive', 'bytes', 'dicom'],
  sending: ['dicom', 'dicom-net', 'dicomweb', 'flow'],
  retrieval: ['archive', 'dicom', 'dicomweb'],
  jobs: ['flow'],
  entities: ['catalog', 'ledger-events'],
  access: ['catalog', 'identifiers'],
  http: ['access', 'dicomweb'],
  'front-door': ['access', 'http', 'runtime'],
  registration: ['archive', 'catalog', 'database', 'dicom', 'entities', 'flow', 'ledger-events', 'record'],
  runtime: [],
  threads: [],
  phantom: ['dicom', 'identifiers'],
}

/** Tests, their helpers and contract suites; .dockerignore keeps the same out of the image. */
const testCode = '\\.test\\.ts$|/testing/|-contract\\.ts$'

const packageArrows = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `arrows-of-${name}`,
  comment: `packages/${name} may import: ${allowed.join(', ') || 'no other package'}`,
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: {
    path: '^(packages|services)/',
    pathNot: `^packages/(${[name, ...allowed].join('|')})/`,
  },
}))

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-service-imports-a-service',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'packages-enter-by-index',
      severity: 'error',
      from: { path: '^(packages|services)/([^/]+)/' },
      to: { path: '^packages/[^/]+/src/(?!index\\.ts$)', pathNot: '^packages/$2/' },
    },
    {
      name: 'pure-packages-do-no-io',
      comment: 'protocol and rule packages are sans-I/O',
      severity: 'error',
      from: { path: '^packages/(dicom|dicomweb|fse|hl7|ledger-events)/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(node:)?(net|fs|fs/promises|http|child_process)$|node_modules/(postgres|ioredis|bullmq)/' },
    },
    {
      name: 'imports-are-installed-in-production',
      comment: "what is no test imports only what its own package.json names under 'dependencies'",
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: testCode },
      to: {
        dependencyTypes: ['npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-tests-import-test-code',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: testCode },
      to: { path: testCode },
    },
    {
      name: 'imports-exist',
      comment: 'fhir/r4.js is the types of @types/fhir alone: there is no code to find',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^fhir/r4\\.js$' },
    },
    ...packageArrows,
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.cache|generated' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
    tsConfig: { fileName: 'tsconfig.json' },
  },
}
