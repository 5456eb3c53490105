// npm test: installs what is missing, then every check and test in order; the last line is the sum.
// --suite faults|scale runs one of the longer schedules instead, --long those of all suites. Other arguments are passed to vitest (a file's name).
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled, repositoryFolder } from './setup/install.mjs'
import { runCheck, runVitest } from './setup/run-step.mjs'

const minuteMs = 60_000
/** npm test takes under 10 minutes on 2 cores; what goes on for so long has hung, or the machine has other work. */
const shortLimitMs = 40 * minuteMs
const longLimitMs = 120 * minuteMs
const allLongLimitMs = 360 * minuteMs

const bin = (name) => join(repositoryFolder, 'node_modules', '.bin', name)
const checks = [
  { name: 'types', command: bin('tsc'), args: ['--noEmit'] },
  { name: 'style', command: bin('biome'), args: ['check', '--error-on-warnings', '.'] },
  { name: 'unused files, exports and dependencies', command: bin('knip'), args: ['--no-progress'] },
  {
    name: 'arrows',
    command: bin('depcruise'),
    args: ['--config', '.dependency-cruiser.cjs', 'packages', 'services'],
  },
]
/**
 * All of them by `npm test`; those with a schedule in its short form. `workers`: files at once on 2 cores. Integration,
 * acceptance and faults wait for timers and disks half of their time.
 */
const suites = [
  { name: 'unit', workers: 2 },
  { name: 'integration', workers: 4 },
  { name: 'acceptance', workers: 3 },
  { name: 'faults', workers: 3 },
  { name: 'scale', workers: 2 },
  { name: 'bench', workers: 2 },
]

const { suite, isLong, rest } = parseArguments(process.argv.slice(2))
process.exitCode = await main()

async function main() {
  try {
    await ensureInstalled()
  } catch (error) {
    console.error(`vna: ${error.message}`)
    return report({ passed: 0, failed: 1 })
  }
  const deadline = Date.now() + limitMs()
  const total = { passed: 0, failed: 0 }
  const add = (outcome) => {
    total.passed += outcome.passed
    total.failed += outcome.failed
  }
  if (suite === undefined && rest.length === 0) {
    for (const check of checks) add(await runCheck(check, deadline))
  }
  const resultFolder = join(repositoryFolder, '.cache', 'test-results')
  rmSync(resultFolder, { recursive: true, force: true })
  const schedule = isLong ? 'long' : 'short'
  for (const { name, workers } of suites) {
    if (suite === undefined || suite === name)
      add(await runVitest({ name, resultFolder, rest, schedule, workers }, deadline))
  }
  return report(total)
}

function limitMs() {
  if (!isLong) return shortLimitMs
  return suite === undefined ? allLongLimitMs : longLimitMs
}

function parseArguments(all) {
  const isLong = all.includes('--long')
  const args = all.filter((argument) => argument !== '--long')
  const at = args.indexOf('--suite')
  if (at < 0) return { suite: undefined, isLong, rest: args }
  const suite = args[at + 1]
  if (!suites.some(({ name }) => name === suite)) {
    console.error(`vna: --suite must be one of ${suites.map(({ name }) => name).join(', ')}`)
    process.exit(2)
  }
  return { suite, isLong: true, rest: args.toSpliced(at, 2) }
}

function report({ passed, failed }) {
  console.log(`tests: ${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}
