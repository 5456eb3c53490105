import { execFile, execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listSealedSegments, openJournal, readSegment } from '../../packages/archive/src/index.ts'
import { encodeMemberHeader } from '../../packages/archive/src/segment/member-header.ts'
import { alignToBlock } from '../../packages/archive/src/segment/ustar.ts'

const run = promisify(execFile)
const gib = 1024 ** 3

const pythonList = 'import sys,tarfile\nfor m in tarfile.open(sys.argv[1], "r:"): print(m.name, m.size)'
const pythonExtract = 'import sys,tarfile\ntarfile.open(sys.argv[1], "r:").extractall(sys.argv[2])'

interface Tool {
  name: string
  command: string
  /** Prints one line per member, with its name and size somewhere in it. */
  list(pack: string): string[]
  extract(pack: string, folder: string): string[]
}

/** GNU tar is part of every Debian; the others are tried where the machine has them. */
const knownTools: Tool[] = [
  // Without the option it says "Ignoring unknown extended header keyword" for each record of ours, and goes on.
  {
    name: 'GNU tar',
    command: 'tar',
    list: (pack) => ['--warning=no-unknown-keyword', '-tvf', pack],
    extract: (pack, folder) => ['--warning=no-unknown-keyword', '-xf', pack, '-C', folder],
  },
  {
    name: 'bsdtar',
    command: 'bsdtar',
    list: (pack) => ['-tvf', pack],
    extract: (pack, folder) => ['-xf', pack, '-C', folder],
  },
  {
    name: 'Python tarfile',
    command: 'python3',
    list: (pack) => ['-c', pythonList, pack],
    extract: (pack, folder) => ['-c', pythonExtract, pack, folder],
  },
]
const tools = knownTools.filter(({ command }) => command === 'tar' || isRunnable(command))

function isRunnable(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

let folder: string
let pack: string
const files = new Map<string, Buffer>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pack-'))
  const journal = await openJournal({ folder: join(folder, 'journal'), limits: { hardFreeBytes: 0 } })
  const lane = journal.openLane({ entityCode: 'ASST-È', source: 'CT 1 (DIMSE)', campaign: 'storico 2019' })
  for (const [index, lengthBytes] of [0, 1, 511, 512, 513, 100_000, 1_300_001].entries()) {
    const prefix = randomBytes(132 + index * 50)
    const dataSet = randomBytes(lengthBytes)
    const writer = lane.begin({ prefix, studyInstanceUid: '1.2', sopInstanceUid: `1.2.840.${index}` })
    for (let at = 0; at < lengthBytes; at += 50_000) writer.write([dataSet.subarray(at, at + 50_000)])
    await writer.commit()
    files.set(`1.2.840.${index}.dcm`, Buffer.concat([prefix, dataSet]))
  }
  await journal.close()
  pack = (await listSealedSegments(journal.folder))[0]!.path
})

afterAll(() => rm(folder, { recursive: true }))

describe.each(tools)('a pack and $name', ({ command, list, extract }) => {
  it('extracts every member, byte for byte', async () => {
    const target = await mkdtemp(join(folder, 'out-'))
    await run(command, extract(pack, target))
    expect((await readdir(target)).sort()).toEqual([...files.keys()].sort())
    for (const [name, bytes] of files) expect(bytes.equals(await readFile(join(target, name)))).toBe(true)
  })

  it('lists the members that our own reader lists, in the same order', async () => {
    const { stdout } = await run(command, list(pack))
    const lines = stdout.trimEnd().split('\n')
    const members = []
    for await (const member of readSegment(pack)) members.push(member)
    expect(lines).toHaveLength(members.length)
    members.forEach((member, index) => {
      expect(lines[index]).toContain(member.name)
      expect(lines[index]).toMatch(new RegExp(`\\b${member.lengthBytes}\\b`))
    })
  })

  it('finds the member behind one of more than 8 GiB', async () => {
    const large = join(folder, `large-${command}.tar`)
    const lengthBytes = 9 * gib
    await writeSparsePack(large, [lengthBytes, 1000])
    const { stdout } = await run(command, list(large))
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain(String(lengthBytes))
    expect(lines[1]).toContain('1.2.1.dcm')
    const members = []
    for await (const member of readSegment(large)) members.push([member.name, member.lengthBytes])
    expect(members).toEqual([
      ['1.2.0.dcm', lengthBytes],
      ['1.2.1.dcm', 1000],
    ])
    await rm(large)
  })
})

/** Members of zeros that take no room on the disk. */
async function writeSparsePack(path: string, lengths: readonly number[]): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  const file = await open(path, 'w')
  let offset = 0
  for (const [index, lengthBytes] of lengths.entries()) {
    const facts = {
      name: `1.2.${index}.dcm`,
      lengthBytes,
      dataSetOffset: 0,
      sha256: createHash('sha256').digest(),
      entityCode: 'E',
      source: 's',
      receivedAt: '2026-01-31T10:00:00.000Z',
      seq: index + 1,
    }
    const header = encodeMemberHeader(facts, Buffer.alloc(0))
    await file.write(header, 0, header.length, offset)
    offset = alignToBlock(offset + header.length + lengthBytes)
  }
  await file.truncate(offset + 1024)
  await file.close()
}
