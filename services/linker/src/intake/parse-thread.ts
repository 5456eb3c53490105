import { FseError, type FseErrorDetails, parseReport, type ReportDomains } from '@vna/fse'
import { handedOver } from '@vna/threads'
import type { ParseAnswer, ParseOrder } from './report-parser.ts'

/** What a parser's thread does. The bytes go back to who owns them: they are still to be stored. */
export default function parseInThread({ bytes, contentType, domains }: ParseOrder): ParseAnswer {
  return handedOver({ bytes, ...answerOf(bytes, contentType, domains) }, [bytes.buffer])
}

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
