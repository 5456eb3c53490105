import { join } from 'node:path'
import type { SendSummary } from '../../../packages/sending/src/index.ts'
import { repositoryFolder } from '../../../services/cli/src/config.ts'
import { CliError } from '../../../services/cli/src/errors.ts'
import { startChild } from '../child.ts'
import type { RunningServer } from '../server.ts'
import type { SendOptions, SendOutcome } from './client.ts'

const main = join(repositoryFolder, 'services/cli/src/main.ts')

/** `vna send` in a process of its own, so that its CPU is not this one's. */
export function sendWithVna(o: SendOptions): Promise<SendOutcome> {
  const { port, calledAeTitle, callingAeTitle } = o.server.dimse
  const peer = ['--to', `127.0.0.1:${port}`, '--calling', callingAeTitle, '--called', calledAeTitle]
  return runSend([...peer, '--associations', String(o.associations)], o)
}

/** Requests of this many instances, as in the published comparison. */
const stowBatch = 10

export function sendByStow(o: SendOptions): Promise<SendOutcome> {
  const { baseUrl, token } = dicomwebOf(o.server)
  const service = ['--stow', baseUrl, ...(token === undefined ? [] : ['--token', token])]
  return runSend([...service, '--connections', String(o.associations), '--batch', String(stowBatch)], o)
}

function dicomwebOf(server: RunningServer): { readonly baseUrl: string; readonly token?: string } {
  if (server.dicomweb === undefined) throw new CliError('usage', `${server.name} has no DICOMweb service`)
  return server.dicomweb
}

async function runSend(args: readonly string[], o: SendOptions): Promise<SendOutcome> {
  const folders = o.load.studies.map((study) => study.folder)
  const nagle = o.noDelay ? [] : ['--nagle']
  const child = startChild(process.execPath, [main, 'send', ...args, ...nagle, '--json', ...folders])
  const { status, tail } = await child.ended
  // Status 1 is also that of a sending in which some instances were refused: the summary says so.
  const line = tail.split('\n').find((text) => text.startsWith('{'))
  if (line === undefined) throw new CliError('failed', `vna send ended with ${status}: ${tail.trim().slice(-600)}`)
  const summary = JSON.parse(line) as SendSummary & { readonly error?: { readonly message: string } }
  if (summary.error !== undefined) throw new CliError('failed', `vna send: ${summary.error.message}`)
  return { acknowledged: summary.acknowledged, seconds: summary.seconds }
}
