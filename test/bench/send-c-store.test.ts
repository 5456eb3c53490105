import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { phantomStudy } from '../../packages/phantom/src/index.ts'
import { runCli } from './run-cli.ts'
import { type AcceptorScript, type ScriptedAcceptor, startScriptedAcceptor } from './scripted-acceptor.ts'

let folder = ''
let acceptor: ScriptedAcceptor | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vna-send-'))
})

afterEach(async () => {
  await acceptor?.close()
  acceptor = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function listen(script: AcceptorScript): Promise<ScriptedAcceptor> {
  acceptor = await startScriptedAcceptor(script)
  return acceptor
}

function send(to: ScriptedAcceptor, ...args: string[]) {
  return runCli(['send', '--to', `127.0.0.1:${to.port}`, ...args])
}

describe('vna send by C-STORE', () => {
  it('sends each instance once, verbatim, and logs each acknowledgement with its digest', async () => {
    const peer = await listen({})
    const log = join(folder, 'acknowledged')
    const args = ['--phantom', 'mr:3x20', 'sr:2', '--associations', '3', '--ack-log', log]
    const { status, json } = await send(peer, ...args)
    expect(status).toBe(0)
    expect(json).toMatchObject({ sent: 62, acknowledged: 62, failed: [], notSent: 0 })
    expect(peer.associations()).toBe(3)
    const lines = readFileSync(log, 'utf8').trim().split('\n')
    expect(new Map(lines.map((line) => line.split(' ') as [string, string]))).toEqual(new Map(peer.stored))
  })

  it('reads folders, leaves out what is not DICOM and DICOMDIR, and sends file bytes unchanged', async () => {
    const peer = await listen({})
    for (const [index, instance] of [
      ...phantomStudy({ seed: 'files', kind: 'tiny', instances: 3 }).instances,
    ].entries())
      writeFileSync(join(folder, `${index}.dcm`), instance.part10Bytes())
    writeFileSync(join(folder, 'README.txt'), 'not DICOM at all, but long enough to look at twice '.repeat(10))
    writeFileSync(join(folder, 'DICOMDIR'), 'index')
    const { status, json } = await send(peer, folder)
    expect(status).toBe(0)
    expect(json.acknowledged).toBe(3)
    expect((json.leftOut as { path: string }[]).map((file) => file.path.slice(folder.length + 1)).sort()).toEqual([
      'DICOMDIR',
      'README.txt',
    ])
    expect(peer.stored.size).toBe(3)
  })

  it('waits out congestion: a transient rejection and out of resources', async () => {
    const peer = await listen({
      rejectAssociation: (n) => (n < 2 ? { result: 2, source: 3, reason: 1 } : undefined),
      answerStore: (n) => (n === 1 || n === 2 ? { status: 0xa700 } : undefined),
    })
    const { status, json } = await send(peer, '--phantom', 'tiny:6')
    expect(status).toBe(0)
    expect(json).toMatchObject({ acknowledged: 6, failed: [] })
    expect(json.retries).toBeGreaterThanOrEqual(4)
  })

  it('gives up at once on a permanent rejection, and says so', async () => {
    const peer = await listen({ rejectAssociation: () => ({ result: 1, source: 1, reason: 3 }) })
    const { status, json } = await send(peer, '--phantom', 'tiny:4')
    expect(status).toBe(1)
    expect(json).toMatchObject({ acknowledged: 0, notSent: 4, error: { code: 'refused' } })
    expect(peer.associations()).toBe(1)
  })

  it('fails an instance that the peer refuses or aborts on, and sends all the others', async () => {
    const uids = [...phantomStudy({ seed: 'poison', kind: 'ct', instances: 9, rows: 32, columns: 32 }).instances].map(
      (instance) => {
        writeFileSync(join(folder, `${instance.sopInstanceUid}.dcm`), instance.part10Bytes())
        return instance.sopInstanceUid
      },
    )
    const [refused, poison] = [uids[2], uids[5]]
    const peer = await listen({
      answerStore: (_, uid) => {
        if (uid === refused) return { status: 0xa900, errorComment: 'no' }
        return uid === poison ? 'abort' : undefined
      },
    })
    const { status, json } = await send(peer, folder)
    expect(status).toBe(1)
    expect(json).toMatchObject({ sent: 9, acknowledged: 7, notSent: 0 })
    expect((json.failed as { sopInstanceUid: string }[]).map((failure) => failure.sopInstanceUid).sort()).toEqual(
      [refused, poison].sort(),
    )
    expect(json.failed).toContainEqual({ sopInstanceUid: refused, status: '0xA900', comment: 'no' })
    expect(peer.stored.size).toBe(7)
  })

  it('proposes one context for each SOP class and transfer syntax', async () => {
    const peer = await listen({})
    const { json } = await send(peer, '--phantom', 'tiny:1', 'sr:1', 'pdf:1', 'ecg:1')
    expect(json.acknowledged).toBe(4)
    expect(peer.proposals).toEqual([4])
  })

  it('ends with status 2 when it is told too little', async () => {
    expect((await runCli(['send', '--phantom', 'tiny:1'])).status).toBe(2)
    expect((await runCli(['send', '--to', '127.0.0.1:1'])).status).toBe(2)
    expect((await runCli(['send', '--to', '127.0.0.1:1', '--phantom', 'cat:1'])).status).toBe(2)
  })
})
