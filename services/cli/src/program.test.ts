import { describe, expect, it } from 'vitest'
import type { CommandAction, RegisterCommand } from './command.ts'
import { CliError } from './errors.ts'
import { createProgram } from './program.ts'

interface Outcome {
  exitCode: number
  stdout: string
  stderr: string
}

/** Runs `vna <args>` with one command, `do`, that has an argument and an option. */
async function run(args: readonly string[], action: CommandAction<{ times?: string }>, env = {}): Promise<Outcome> {
  const stdout: string[] = []
  const stderr: string[] = []
  const register: RegisterCommand = (program, host) => {
    program.command('do').argument('[what]').option('--times <n>').action(host.run(action))
  }
  const program = createProgram({
    environment: env,
    cwd: '/',
    stdout: { write: (text) => stdout.push(text) },
    stderr: { write: (text) => stderr.push(text) },
    register: [register],
  })
  const exitCode = await program.run(args)
  return { exitCode, stdout: stdout.join(''), stderr: stderr.join('') }
}

const done: CommandAction<{ times?: string }> = async (context, options, what) => {
  context.print('working')
  return { json: { what, times: options.times }, text: `done ${what}` }
}

describe('vna', () => {
  it('prints the text for people, after what the command said', async () => {
    expect(await run(['do', 'it'], done)).toEqual({ exitCode: 0, stdout: 'working\ndone it\n', stderr: '' })
  })

  it('prints nothing but the result with --json', async () => {
    const { exitCode, stdout } = await run(['do', 'it', '--times', '3', '--json'], done)
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { what: 'it', times: '3' }])
  })

  it('never obeys what a peer named itself, wherever it is shown', async () => {
    const hostile = '\u001b]0;title\u0007\u001b[31mred'
    const shown = '\\u{1b}]0;title\\u{7}\\u{1b}[31mred'
    const say: CommandAction<{ times?: string }> = async (context) => {
      context.print(hostile)
      context.note(hostile)
      return { json: {}, text: `two\n${hostile}` }
    }
    expect(await run(['do'], say)).toEqual({ exitCode: 0, stdout: `${shown}\ntwo\n${shown}\n`, stderr: `${shown}\n` })
    const fail = async () => {
      throw new CliError('not-found', hostile)
    }
    expect((await run(['do'], fail)).stderr).toBe(`vna: ${shown}\n`)
  })

  it('ends with 1 when the work failed, and says why on stderr', async () => {
    const fail = async () => {
      throw new CliError('not-found', 'there is no such thing')
    }
    expect(await run(['do'], fail)).toEqual({ exitCode: 1, stdout: '', stderr: 'vna: there is no such thing\n' })
    const { exitCode, stdout } = await run(['do', '--json'], fail)
    expect([exitCode, JSON.parse(stdout)]).toEqual([
      1,
      { error: { code: 'not-found', message: 'there is no such thing' } },
    ])
  })

  it('ends with 1 when the answer is bad news', async () => {
    const outcome = await run(['do'], async () => ({ json: {}, text: 'damaged', ok: false }))
    expect([outcome.exitCode, outcome.stdout]).toEqual([1, 'damaged\n'])
  })

  it.each([
    ['an unknown command', ['undo'], {}],
    ['an unknown option', ['do', '--twice'], {}],
    ['a wrong variable', ['do'], { VNA_HTTP_PORT: 'eighty' }],
  ])('ends with 2 for %s', async (_what, args, env) => {
    const outcome = await run(args, done, env)
    expect(outcome.exitCode).toBe(2)
    expect(outcome.stderr).not.toBe('')
  })

  it('ends with 2 when the command finds its use wrong', async () => {
    const misuse = async () => {
      throw new CliError('usage', 'both is too much')
    }
    expect((await run(['do'], misuse)).exitCode).toBe(2)
  })

  it.each([[['--help']], [['do', '--help']]])('helps: %j', async (args) => {
    const { exitCode, stdout } = await run(args, done)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('Usage: vna')
  })

  it('closes what the command opened, last first, also when it failed', async () => {
    const closed: string[] = []
    await run(['do'], async (context) => {
      context.onEnd(() => void closed.push('first'))
      context.onEnd(async () => void closed.push('second'))
      throw new Error('no')
    })
    expect(closed).toEqual(['second', 'first'])
  })
})
