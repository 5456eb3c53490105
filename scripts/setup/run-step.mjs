import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { node, repositoryFolder } from './install.mjs'

const killAfterMs = 10_000

/** After Ctrl-C nothing more is started. */
let interrupted = false

/** A check counts as one test. */
export async function runCheck({ name, command, args }, deadline) {
  const exitCode = await run({ name, command, args }, deadline)
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** One vitest project; the counts are vitest's own, from its JSON report. */
export async function runVitest({ name, resultFolder, rest, schedule, workers }, deadline) {
  mkdirSync(resultFolder, { recursive: true })
  const file = join(resultFolder, `${name}.json`)
  const vitest = join(repositoryFolder, 'node_modules', 'vitest', 'vitest.mjs')
  const seconds = join(repositoryFolder, 'scripts', 'setup', 'seconds-reporter.mjs')
  const reporters = ['default', 'json', seconds].map((reporter) => `--reporter=${reporter}`)
  // What the long schedules measure and kill is to be alone with the machine.
  const atOnce = schedule === 'long' ? '--no-file-parallelism' : `--maxWorkers=${workers}`
  const args = [
    vitest,
    'run',
    '--project',
    name,
    '--passWithNoTests',
    atOnce,
    ...reporters,
    `--outputFile.json=${file}`,
    ...rest,
  ]
  const exitCode = await run({ name, command: node, args, env: { VNA_TEST_SCHEDULE: schedule } }, deadline)
  return countTests(name, file, exitCode)
}

function countTests(name, file, exitCode) {
  const result = readJson(file)
  if (result === undefined) {
    console.error(`tests: ${name} left no result`)
    return { passed: 0, failed: 1 }
  }
  const tests = result.testResults.flatMap((testFile) => testFile.assertionResults)
  const passed = tests.filter((test) => test.status === 'passed').length
  // A test that did not run has not passed.
  const notPassed = tests.length - passed
  // A file that could not be loaded, or whose set-up failed, has no tests to count, and is no success.
  const brokenFiles = result.testResults.filter(
    (testFile) => testFile.status === 'failed' && !testFile.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const failed = notPassed + brokenFiles
  // Errors outside of any test (an unhandled rejection, a leak) only show in the exit status.
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed }
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Runs a program in the repository with our Node on its PATH; past the deadline it is ended, with its children. */
function run({ name, command, args, env: extra = {} }, deadline) {
  console.log(`\n== ${name}`)
  const remainingMs = interrupted ? 0 : deadline - Date.now()
  if (remainingMs <= 0) {
    console.error(`tests: no time left for ${name}`)
    return 124
  }
  const path = [join(repositoryFolder, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const env = { ...process.env, ...extra, PATH: path, NO_COLOR: process.stdout.isTTY ? undefined : '1' }
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: repositoryFolder,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    })
    const end = (signal) => {
      try {
        process.kill(-child.pid, signal)
      } catch {
        // It ended by itself.
      }
    }
    const onSignal = () => {
      interrupted = true
      end('SIGTERM')
    }
    const timer = setTimeout(() => {
      console.error(`tests: ${name} overran its time`)
      end('SIGTERM')
      setTimeout(() => end('SIGKILL'), killAfterMs).unref()
    }, remainingMs)
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
    const finish = (exitCode) => {
      clearTimeout(timer)
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      resolve(exitCode)
    }
    child.on('error', (error) => {
      console.error(`tests: ${error.message}`)
      finish(127)
    })
    child.on('exit', (code) => finish(code ?? 1))
  })
}
