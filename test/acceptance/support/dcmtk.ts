import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './archive.ts'
import { splitPart10 } from './part10.ts'
import { type ProgramResult, runProgram } from './programs.ts'
import { waitFor } from './wait.ts'

/** DCMTK leaves Nagle's algorithm on and writes twice a message: without this, 45 ms an instance are spent waiting. */
const dcmtkEnvironment = { ...process.env, TCP_NODELAY: '1' }

export interface Peer {
  readonly port: number
  readonly callingAeTitle: string
  readonly calledAeTitle: string
}

const titles = (peer: Peer) => ['-aet', peer.callingAeTitle, '-aec', peer.calledAeTitle]

/** Sends files with dcmsend: invalid UIDs too, and on after a file that cannot be sent. */
export function dcmsend(peer: Peer, paths: readonly string[]): Promise<ProgramResult> {
  const args = ['-v', '-nuc', '-nh', ...titles(peer), '127.0.0.1', String(peer.port), ...paths]
  return runProgram('dcmsend', args, { env: dcmtkEnvironment })
}

/** The option by which storescu proposes a transfer syntax first; it has none for the others. */
const storescuProposals: Readonly<Record<string, string>> = {
  '1.2.840.10008.1.2': '-xi',
  '1.2.840.10008.1.2.1': '-xe',
  '1.2.840.10008.1.2.2': '-xb',
  '1.2.840.10008.1.2.1.99': '-xd',
  '1.2.840.10008.1.2.4.50': '-xy',
  '1.2.840.10008.1.2.4.51': '-xx',
  '1.2.840.10008.1.2.4.70': '-xs',
  '1.2.840.10008.1.2.4.80': '-xt',
  '1.2.840.10008.1.2.4.81': '-xu',
  '1.2.840.10008.1.2.4.90': '-xv',
  '1.2.840.10008.1.2.4.91': '-xw',
  '1.2.840.10008.1.2.5': '-xr',
}

export interface DcmtkFile {
  readonly absolutePath: string
  readonly transferSyntaxUid: string
}

/** Sends files with storescu, an association for each transfer syntax it can propose; leaves out the others. */
export async function storescu(peer: Peer, files: readonly DcmtkFile[]): Promise<void> {
  for (const [transferSyntaxUid, members] of Map.groupBy(files, (file) => file.transferSyntaxUid)) {
    const proposal = storescuProposals[transferSyntaxUid]
    if (proposal === undefined) continue
    const paths = members.map((file) => file.absolutePath)
    const args = ['-v', '-nh', '-R', proposal, ...titles(peer), '127.0.0.1', String(peer.port), ...paths]
    await runProgram('storescu', args, { env: dcmtkEnvironment })
  }
}

export function echoscu(peer: Peer): Promise<ProgramResult> {
  return runProgram('echoscu', [...titles(peer), '127.0.0.1', String(peer.port)], { env: dcmtkEnvironment })
}

export interface ReceivedFile {
  readonly path: string
  readonly transferSyntaxUid: string
  readonly dataSet: Buffer
}

/** As an archive prefers them: what the sender has, compressed, before what it could make of it. */
const transferSyntaxes = [
  ...['50', '51', '53', '55', '57', '70', '80', '81', '90', '91', '201', '202', '203'].map(
    (last) => `1.2.840.10008.1.2.4.${last}`,
  ),
  '1.2.840.10008.1.2.5',
  '1.2.840.10008.1.2.8.1',
  '1.2.840.10008.1.2.1.99',
  '1.2.840.10008.1.2.1',
  '1.2.840.10008.1.2.2',
  '1.2.840.10008.1.2',
]

/**
 * What `storescp +B` writes for a command: bit preserving, so its files hold what travelled. Its own options know
 * neither retired transfer syntaxes nor SOP classes newer than itself, so both are named to it.
 */
export async function receiveWithStorescp<T>(
  send: (peer: Peer) => Promise<T>,
  options: Omit<Peer, 'port'> & { readonly sopClassUids: readonly string[] },
): Promise<{ readonly result: T; readonly files: readonly ReceivedFile[]; dispose(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'vna-storescp-'))
  const profile = join(folder, 'storescp.cfg')
  const received = join(folder, 'received')
  mkdirSync(received)
  writeFileSync(profile, renderProfile(options.sopClassUids))
  const port = (await freePorts()).dimse
  const args = ['+B', '-xf', profile, 'EVERY', '-od', received, String(port)]
  const child = spawn('storescp', args, { env: dcmtkEnvironment })
  try {
    await waitFor(() => canConnect(port), { what: 'storescp to listen' })
    const result = await send({ ...options, port })
    const files = readdirSync(received).map((name) => readReceived(join(received, name)))
    return { result, files, dispose: () => rm(folder, { recursive: true }) }
  } finally {
    child.kill('SIGKILL')
  }
}

/** An association negotiation profile of DCMTK (asconfig.txt). */
function renderProfile(sopClassUids: readonly string[]): string {
  const numbered = (name: string, values: readonly string[]) =>
    values.map((value, index) => `${name}${index + 1} = ${value}`)
  const contexts = [...new Set(sopClassUids)].map((uid) => `${uid}\\EVERY`)
  return [
    '[[TransferSyntaxes]]',
    '[EVERY]',
    ...numbered('TransferSyntax', transferSyntaxes),
    '[[PresentationContexts]]',
    '[EVERY]',
    ...numbered('PresentationContext', contexts),
    '[[Profiles]]',
    '[EVERY]',
    'PresentationContexts = EVERY',
    '',
  ].join('\n')
}

function readReceived(path: string): ReceivedFile {
  const { transferSyntaxUid, dataSet } = splitPart10(readFileSync(path))
  return { path, transferSyntaxUid, dataSet }
}

function canConnect(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(undefined))
  })
}
