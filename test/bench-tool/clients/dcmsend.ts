import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '../../../services/cli/src/errors.ts'
import { startChild } from '../child.ts'
import { shardStudies } from '../data.ts'
import { getProgram } from '../programs.ts'
import type { SendOptions, SendOutcome } from './client.ts'

/** One dcmsend an association, side by side; the same client for every server, its start and file scan included. */
export async function sendWithDcmsend(o: SendOptions): Promise<SendOutcome> {
  const { port, calledAeTitle, callingAeTitle } = o.server.dimse
  const startedAt = performance.now()
  const children = shardStudies(o.load, o.associations).map((studies, index) => {
    const report = join(o.folder, `dcmsend-${index}.txt`)
    const addressing = ['-aet', callingAeTitle, '-aec', calledAeTitle, '--create-report-file', report]
    const args = ['-nh', '-q', ...addressing, '127.0.0.1', String(port), ...studies.flatMap((study) => study.files)]
    const env = { ...process.env, TCP_NODELAY: o.noDelay ? '1' : undefined }
    return { report, child: startChild(getProgram('dcmsend'), args, { env }) }
  })
  const ends = await Promise.all(children.map(({ child }) => child.ended))
  const seconds = (performance.now() - startedAt) / 1000
  const failed = ends.find((end) => end.status !== 0)
  if (failed !== undefined) throw new CliError('failed', `dcmsend ended with ${failed.status}: ${failed.tail.trim()}`)
  return { seconds, acknowledged: children.reduce((sum, { report }) => sum + successesIn(report), 0) }
}

function successesIn(report: string): number {
  const text = readFileSync(report, 'utf8')
  const count = /with status SUCCESS\s*:\s*(\d+)/.exec(text)?.[1]
  if (count === undefined) throw new CliError('failed', `no count of successes in the report of dcmsend: ${text}`)
  return Number(count)
}
