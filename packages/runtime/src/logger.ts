import { type DestinationStream, destination, type Logger as PinoLogger, pino } from 'pino'
import type { logLevels } from './config/config-table.ts'

export type LogLevel = (typeof logLevels)[number]
export type Logger = PinoLogger

/** Keys whose values never reach a log, whatever object they sit in. */
const redactedKeys = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'secretAccessKey',
  'token',
  'patientId',
  'patientName',
  'patientBirthDate',
  'codiceFiscale',
]
const redactionDepth = 3
const maxCauses = 4

/**
 * JSON lines on stdout, one per event. Errors are cut to type, code, message and stack: what drivers hang on their errors
 * (SQL parameters, `detail: Key (…)=(…)`, response bodies) may be patient data.
 */
export function createLogger(o: { service: string; level: LogLevel; stream?: DestinationStream }): Logger {
  const paths = redactedKeys.flatMap((key) =>
    Array.from({ length: redactionDepth }, (_, depth) => `${'*.'.repeat(depth)}${key}`),
  )
  const options = {
    level: o.level,
    base: { service: o.service, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths, censor: '***' },
    serializers: { err: describeError, error: describeError },
    // Pino takes an error's message for the line's when there is none: nothing but the whole line will do.
    hooks: { streamWrite: maskUrls },
  }
  // Synchronous: the last lines before a crash are the ones that matter, and nothing logs per instance.
  return pino(options, o.stream ?? standardOutput())
}

/** Lines that wait to be written again; further ones are lost. */
const maxUnwrittenLogBytes = 1024 * 1024

/** A line that cannot be written is lost, and nothing else: a full disk behind the log must not end a service. */
function standardOutput(): DestinationStream {
  const stream = destination({ dest: 1, sync: true, maxLength: maxUnwrittenLogBytes })
  stream.on('error', () => undefined)
  return stream
}

export interface ErrorDescription {
  type: string
  message: string
  code?: string | undefined
  stack?: string | undefined
  causes?: { type: string; message: string; code?: string | undefined }[]
}

/** What may be said of an error: nothing but its own texts, with the chain of its causes. */
export function describeError(value: unknown): ErrorDescription {
  if (!(value instanceof Error)) return { type: typeof value, message: 'not an error' }
  const causes = causesOf(value).map(({ name, message, code }) => ({ type: name, message: maskUrls(message), code }))
  return {
    type: value.name,
    message: maskUrls(value.message),
    code: (value as { code?: string }).code,
    stack: value.stack === undefined ? undefined : maskUrls(value.stack),
    ...(causes.length > 0 ? { causes } : {}),
  }
}

function causesOf(error: Error): (Error & { code?: string })[] {
  const causes: Error[] = []
  let cause = error.cause
  while (cause instanceof Error && causes.length < maxCauses) {
    causes.push(cause)
    cause = cause.cause
  }
  return causes
}

/** Credentials inside a URL: `scheme://user:password@host`. */
function maskUrls(text: string): string {
  return text.replace(/(\w+:\/\/)[^\s/@]+@/g, '$1***@')
}
