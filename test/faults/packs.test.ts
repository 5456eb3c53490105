import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Archive } from '../acceptance/support/archive.ts'
import { splitPart10 } from '../acceptance/support/part10.ts'
import { runProgram } from '../acceptance/support/programs.ts'
import { waitFor } from '../acceptance/support/wait.ts'
import { Transfer } from './support/transfer.ts'

const entity = 'ASST-PACCHI'
const callingAeTitle = 'PACCHI'
const instances = 120
const startTimeoutMs = 120_000
const testTimeoutMs = 60_000

/** Prints "name size sha256" of every regular member, as Python's own tarfile reads it. */
const listWithTarfile = `
import hashlib, sys, tarfile
for path in sys.argv[1:]:
    with tarfile.open(path) as tar:
        for member in tar:
            if member.isfile():
                print(member.name, member.size, hashlib.sha256(tar.extractfile(member).read()).hexdigest())
`

let archive: Archive
let transfer: Transfer
let packs: readonly string[]
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vna-packs-'))
  archive = await Archive.start()
  await archive.addEntity({ code: entity, aeTitles: [callingAeTitle] })
  transfer = new Transfer({ name: 'packs', instances: instances, instancesPerStudy: 30 })
  transfer.start(archive, { associations: 2, callingAeTitle: callingAeTitle })
  expect(await transfer.ended(), transfer.output).toBe(0)
  const web = await archive.dicomWeb('entity', { entity: entity })
  await waitFor(async () => ((await web.search('/instances?limit=200')).length === instances ? true : undefined))
  packs = findPacks(join(archive.home, 'objects', 'packs'))
}, startTimeoutMs)

afterAll(async () => {
  await transfer?.dispose()
  await archive?.dispose()
  await rm(folder, { recursive: true, force: true })
})

function findPacks(root: string): readonly string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.tar')).map((name) => join(root, name))
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Unpacks with a tar program and lists what it made of the members. */
async function listWith(program: string): Promise<readonly string[]> {
  const lines: string[] = []
  for (const [index, pack] of packs.entries()) {
    const target = join(folder, `${program}-${index}`)
    expect((await runProgram('mkdir', [target])).exitCode).toBe(0)
    const result = await runProgram(program, ['-xf', pack, '-C', target])
    expect([result.exitCode, withoutKeywordRemarks(result.stderr)]).toEqual([0, ''])
    for (const name of readdirSync(target)) {
      const bytes = readFileSync(join(target, name))
      lines.push(`${name} ${bytes.length} ${sha256(bytes)}`)
    }
  }
  return lines.sort()
}

/** GNU tar says of each pax record of ours (`VNA.…`) that it does not know it, and passes it over, as POSIX wants. */
function withoutKeywordRemarks(text: string): string {
  return text.replace(/^tar: Ignoring unknown extended header keyword 'VNA\.\w+'\n/gm, '')
}

describe('a pack', () => {
  it('is read alike by GNU tar, bsdtar and Python', { timeout: testTimeoutMs }, async () => {
    const python = await runProgram(process.env.VNA_TEST_PYTHON ?? '/usr/bin/python3', [
      '-c',
      listWithTarfile,
      ...packs,
    ])
    expect(python.stderr).toBe('')
    const expected = python.stdout.trim().split('\n').sort()
    expect(expected).toHaveLength(instances)
    expect(await listWith('tar')).toEqual(expected)
    expect(await listWith('bsdtar')).toEqual(expected)
  })

  it('holds each instance as a DICOM file named by its UID', { timeout: testTimeoutMs }, async () => {
    const target = join(folder, 'files')
    expect((await runProgram('mkdir', [target])).exitCode).toBe(0)
    for (const pack of packs) expect((await runProgram('tar', ['-xf', pack, '-C', target])).exitCode).toBe(0)
    for (const fixture of transfer.fixtures) {
      const { dataSet, transferSyntaxUid } = splitPart10(readFileSync(join(target, `${fixture.sopInstanceUid}.dcm`)))
      expect(transferSyntaxUid).toBe(fixture.transferSyntaxUid)
      expect(dataSet.equals(fixture.dataSet)).toBe(true)
    }
  })
})
