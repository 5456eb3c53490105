import { parentPort } from 'node:worker_threads'
import { FseError, type FseErrorDetails, parseReport, type ReportDomains } from '@vna/fse'
import type { ParseAnswer, ParseOrder } from './report-parser.ts'

const port = parentPort
if (port === null) throw new Error('this is the inside of a thread')

port.on('message', ({ number, bytes, contentType, domains }: ParseOrder) => {
  const answer = answerOf(bytes, contentType, domains)
  // The bytes go back to who owns them: they are still to be stored.
  port.postMessage({ number, bytes, ...answer } satisfies ParseAnswer, [bytes.buffer])
})

function answerOf(bytes: Uint8Array, contentType: string, domains: Partial<ReportDomains>) {
  try {
    return { facts: parseReport(bytes, contentType, {}, domains) }
  } catch (error) {
    if (!(error instanceof FseError)) return { failure: undefined }
    const { code, offset, limit, where } = error
    const details: FseErrorDetails = { offset, limit, where }
    return { failure: { code, details } }
  }
}
