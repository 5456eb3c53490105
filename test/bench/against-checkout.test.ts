import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCheckout } from '../bench-tool/against/checkout.ts'
import { runChild } from '../bench-tool/child.ts'

describe('the checkout of another commit', () => {
  let repository: string
  const git = (...args: string[]) =>
    runChild('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args])
  const write = (folder: string, name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const commit = async (text: string): Promise<void> => {
    write(repository, 'services/cli/src/main.ts', text)
    await git('add', '-A')
    await git('commit', '-q', '-m', text)
  }
  const open = (ref: string, installed: string[] = []) =>
    openCheckout(ref, {
      repository,
      note: () => undefined,
      install: async (folder) => {
        installed.push(folder)
        write(folder, 'node_modules/.bin/node', '')
      },
    })

  beforeEach(async () => {
    repository = mkdtempSync(join(tmpdir(), 'against-'))
    await runChild('git', ['init', '-q', repository])
    write(repository, '.gitignore', '.cache\nnode_modules\n')
    await commit('first')
    await commit('second')
  })
  afterEach(() => rmSync(repository, { recursive: true }))

  it('is a worktree of that commit, installed, and made once', async () => {
    const installed: string[] = []
    const first = await open('HEAD~1', installed)
    expect(readFileSync(join(first.folder, 'services/cli/src/main.ts'), 'utf8')).toBe('first')
    expect(await open('HEAD~1', installed)).toEqual(first)
    expect(installed).toEqual([first.folder, first.folder])
    expect((await git('worktree', 'list')).trim().split('\n')).toHaveLength(2)
    expect(await git('status', '--porcelain')).toBe('')
  })

  it('takes the place of the one before, also where that was deleted by hand', async () => {
    const first = await open('HEAD~1')
    const second = await open('HEAD')
    expect(readFileSync(join(second.folder, 'services/cli/src/main.ts'), 'utf8')).toBe('second')
    expect((await git('worktree', 'list')).includes(first.folder)).toBe(false)
    rmSync(second.folder, { recursive: true })
    expect((await open('HEAD~1')).folder).toBe(first.folder)
    expect((await git('worktree', 'list')).trim().split('\n')).toHaveLength(2)
  })

  it('is a folder that is installed already', async () => {
    write(repository, 'node_modules/.bin/node', '')
    expect((await open(repository)).folder).toBe(repository)
  })

  it.each([['no-such-commit'], ['--help'], ['/nowhere']])('refuses %s', async (ref) => {
    await expect(open(ref)).rejects.toThrow()
  })
})
