import { execFile } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { encodePart10Prefix } from '@vna/dicom'
import { afterAll, describe, expect, it } from 'vitest'
import { bytesOf } from './fixtures.ts'
import { listen } from './recording-host.ts'
import { ctUid, explicitUid } from './scripted-peer.ts'

const run = promisify(execFile)

// biome-ignore lint/style/noProcessEnv: a test looks for programs where the shell would
const searchPath = process.env.PATH ?? ''

function isInstalled(program: string): boolean {
  return searchPath.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

const folder = mkdtempSync(join(tmpdir(), 'dicom-net-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A data set DCMTK sends on as it is: nothing in it has a second way to be encoded. */
const dataSet = bytesOf(
  '0800 1600 5549 1a00', // (0008,0016) SOP Class UID, UI, 26 bytes
  "'1.2.840.10008.5.1.4.1.1.2'",
  '00',
  '0800 1800 5549 0a00', // (0008,0018) SOP Instance UID, UI, 10 bytes
  "'1.2.3.4.55'",
  '2000 0d00 5549 0600', // (0020,000D) Study Instance UID, UI, 6 bytes
  "'1.2.3'",
  '00',
  'e07f 1000 4f57 0000 00040000', // (7FE0,0010) Pixel Data, OW, 1024 bytes
  'ab'.repeat(1024),
)

function writeInstance(): string {
  const path = join(folder, 'instance.dcm')
  const prefix = encodePart10Prefix({
    sopClassUid: ctUid,
    sopInstanceUid: '1.2.3.4.55',
    transferSyntaxUid: explicitUid,
  })
  writeFileSync(path, Buffer.concat([prefix, dataSet]))
  return path
}

/** With DCMTK on the machine its programs must agree with us; without it there is nothing to compare with. */
describe('DCMTK', () => {
  it.each(['echoscu', 'storescu', 'dcmsend'].filter(isInstalled))('%s is served', async (program) => {
    const { host, port, acceptor } = await listen()
    const file = program === 'echoscu' ? [] : [writeInstance()]
    await run(program, ['-aet', 'DCMTK', '-aec', 'VNA', '127.0.0.1', String(port), ...file])
    expect(await host.summary()).toMatchObject({ calling: 'DCMTK', called: 'VNA', outcome: 'released', failures: 0 })
    expect(host.stores.map((store) => store.bytes.toString('hex'))).toEqual(file.map(() => dataSet.toString('hex')))
    await acceptor.close({ graceMs: 0 })
  })

  it.each(['storescu'].filter(isInstalled))('%s hears a refusal', async (program) => {
    const { host, port, acceptor } = await listen()
    host.onEnd = async () => ({ status: 0xa700, errorComment: 'disk is full' })
    const { stderr, stdout } = await run(program, ['-v', '127.0.0.1', String(port), writeInstance()]).catch((e) => e)
    expect(`${stdout}${stderr}`).toMatch(/Refused: *OutOfResources/i)
    await acceptor.close({ graceMs: 0 })
  })

  it('is looked for on the PATH', () => {
    expect(isInstalled('no-such-program')).toBe(false)
  })
})
