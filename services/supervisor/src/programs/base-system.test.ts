import { describe, expect, it } from 'vitest'
import { baseSystemOf } from './base-system.ts'

const status = [
  ['Package: bash', 'Essential: yes', 'Status: install ok installed', 'Depends: awk, debianutils (>= 5.6-0.1)'],
  ['Package: debianutils', 'Status: install ok installed', 'Pre-Depends: libc6 (>= 2.34),', ' tool:any | other-tool'],
  ['Package: libc6', 'Status: install ok installed', 'Description: GNU C Library', ' Essential: yes it is', ' .'],
  ['Package: mawk', 'Status: install ok installed', 'Provides: awk, posix-awk (= 1)'],
  ['Package: other-tool', 'Status: install ok installed'],
  ['Package: redis-tools', 'Status: install ok installed', 'Depends: libc6, libssl3, libjemalloc2'],
  ['Package: libssl3', 'Status: install ok installed', 'Depends: libc6'],
  ['Package: tar', 'Essential: yes', 'Status: deinstall ok config-files'],
]
const write = (paragraphs: readonly string[][]): string =>
  `${paragraphs.map((lines) => lines.join('\n')).join('\n\n')}\n`
const text = write(status)

const packagesOf = (written: string): string[] => [...written.matchAll(/^Package: (.*)$/gm)].map((match) => match[1]!)

describe('baseSystemOf', () => {
  it('keeps what is essential and what that depends on, also by a virtual name or as an alternative', () => {
    expect(packagesOf(baseSystemOf(text))).toEqual(['bash', 'debianutils', 'libc6', 'mawk', 'other-tool'])
  })

  it('gives the same whether a program was installed on this machine or not', () => {
    const without = status.filter(([first]) => !['Package: redis-tools', 'Package: libssl3'].includes(first!))
    expect(without.length).toBe(status.length - 2)
    expect(baseSystemOf(text)).toBe(baseSystemOf(write(without)))
  })

  it('keeps the paragraphs as they are written', () => {
    expect(baseSystemOf(text)).toContain(`${status[2]!.join('\n')}\n\n`)
  })

  it('is empty for a machine without packages', () => {
    expect(baseSystemOf('')).toBe('')
  })
})
