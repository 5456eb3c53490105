import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './archive.ts'
import { splitPart10 } from './part10.ts'
import { type ProgramResult, runProgram } from './programs.ts'
import { waitFor } from './wait.ts'

/** DCMTK leaves Nagle's algorithm on and writes twice a message: without this, 45 ms an instance are spent waiting. */
const DCMTK_ENVIRONMENT = { ...process.env, TCP_NODELAY: '1' }

export type Peer = { readonly port: number; readonly callingAeTitle: string; readonly calledAeTitle: string }

const titles = (peer: Peer) => ['-aet', peer.callingAeTitle, '-aec', peer.calledAeTitle]

/** Sends files with dcmsend: invalid UIDs too, and on after a file that cannot be sent. */
export function dcmsend(peer: Peer, paths: readonly string[]): Promise<ProgramResult> {
  const args = ['-v', '-nuc', '-nh', ...titles(peer), '127.0.0.1', String(peer.port), ...paths]
  return runProgram('dcmsend', args, { env: DCMTK_ENVIRONMENT })
}

/** Sends files with storescu, which proposes the given transfer syntax (`-xs`, `-xr`, …) beside the default ones. */
export function storescu(peer: Peer, paths: readonly string[], flags: readonly string[] = []): Promise<ProgramResult> {
  const args = ['-v', '-nh', ...flags, ...titles(peer), '127.0.0.1', String(peer.port), ...paths]
  return runProgram('storescu', args, { env: DCMTK_ENVIRONMENT })
}

export function echoscu(peer: Peer): Promise<ProgramResult> {
  return runProgram('echoscu', [...titles(peer), '127.0.0.1', String(peer.port)], { env: DCMTK_ENVIRONMENT })
}

export type ReceivedFile = { readonly path: string; readonly transferSyntaxUid: string; readonly dataSet: Buffer }

/**
 * What `storescp +B` writes for a command: bit preserving, so its files hold what travelled. `-pm` takes SOP classes
 * this DCMTK does not know yet, `+xa` every transfer syntax.
 */
export async function receiveWithStorescp<T>(
  send: (peer: Peer) => Promise<T>,
  peer: Omit<Peer, 'port'>,
): Promise<{ readonly result: T; readonly files: readonly ReceivedFile[]; dispose(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'vna-storescp-'))
  const port = (await freePorts()).dimse
  const child = spawn('storescp', ['+B', '+xa', '-pm', '-od', folder, String(port)], { env: DCMTK_ENVIRONMENT })
  try {
    await waitFor(() => canConnect(port), { what: 'storescp to listen' })
    const result = await send({ ...peer, port })
    return {
      result,
      files: readdirSync(folder).map((name) => readReceived(join(folder, name))),
      dispose: () => rm(folder, { recursive: true }),
    }
  } finally {
    child.kill('SIGKILL')
  }
}

function readReceived(path: string): ReceivedFile {
  const { transferSyntaxUid, dataSet } = splitPart10(readFileSync(path))
  return { path, transferSyntaxUid, dataSet }
}

export function canConnect(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(undefined))
  })
}
