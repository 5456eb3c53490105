import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { ProgramSpec } from './program-table.ts'
import { type CommandOutcome, runCommand } from './run-command.ts'
import { commandFolders, unpackedEnvironment, writeWrapper } from './unpacked.ts'

/** Where a program is, and what must be added to the environment for it to run (nothing for a command). */
export interface Program {
  /** The command (or the wrapper of an unpacked one), the file, or for a Python module the interpreter. */
  readonly path: string
  readonly env: Readonly<Record<string, string>>
  /** The folder it was unpacked to; '' when it belongs to the system. Its other files are at `${root}/usr/…`. */
  readonly root: string
}

/** A program that was found and has run, or in a few words what keeps it from running. */
export type Finding = { readonly program: Program } | { readonly problem: string }

const trialLimitMs = 20_000
const maxReasonChars = 200
const debianPython = '/usr/bin/python3'
/** Daemons live in folders that a normal user's PATH leaves out. */
const moreFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']

/**
 * Looks for a program below `root`, or with '' on the system. It only counts once it was tried: a command and a Python
 * module are run, of a file that others load every library must be there.
 */
export async function findProgram(spec: ProgramSpec, environment: NodeJS.ProcessEnv, root: string): Promise<Finding> {
  let problem = 'not found'
  for (const program of candidatesOf(spec, environment, root)) {
    const failure = await tryProgram(spec, program, environment)
    if (failure === undefined) return { program }
    problem = failure
  }
  return { problem }
}

function candidatesOf(spec: ProgramSpec, environment: NodeJS.ProcessEnv, root: string): readonly Program[] {
  switch (spec.kind) {
    case 'command':
      return findCommands(spec.candidates, foldersOf(environment, root)).map((path) => toCommand(path, root))
    case 'file': {
      const paths = spec.candidates.map((candidate) => join(root === '' ? '/' : root, candidate)).filter(existsSync)
      return paths.map((path) => ({ path, env: root === '' ? {} : unpackedEnvironment(root), root }))
    }
    case 'python-module':
      return [join(root, debianPython)].filter(isExecutable).map((path) => toCommand(path, root))
  }
}

function toCommand(path: string, root: string): Program {
  return { path: root === '' ? path : writeWrapper(path, root), env: {}, root }
}

async function tryProgram(spec: ProgramSpec, program: Program, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const run = (command: string, args: readonly string[]): Promise<CommandOutcome> =>
    runCommand(command, args, { env: { ...env, ...program.env }, limitMs: trialLimitMs })
  switch (spec.kind) {
    case 'command':
      return failureOf(await run(program.path, spec.trial ?? ['--version']))
    case 'python-module':
      return failureOf(await run(program.path, ['-c', `import ${spec.candidates[0]}`]))
    case 'file': {
      const missing = /^\s*(\S+) => not found$/m.exec((await run('ldd', [program.path])).stdout)?.[1]
      return missing === undefined ? undefined : `needs ${missing}`
    }
  }
}

function failureOf({ exitCode, stderr }: CommandOutcome): string | undefined {
  if (exitCode === 0) return undefined
  const reason = stderr.trim().split('\n').at(-1)?.slice(0, maxReasonChars)
  return `does not run: ${reason || `status ${exitCode}`}`
}

function foldersOf(environment: NodeJS.ProcessEnv, root: string): string[] {
  if (root !== '') return commandFolders(root)
  const own = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...new Set([...own, ...moreFolders])]
}

function findCommands(names: readonly string[], folders: readonly string[]): readonly string[] {
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).filter(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
