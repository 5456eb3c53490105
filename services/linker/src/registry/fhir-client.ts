import { parseRetryAfter } from '@vna/flow'
import { answerText, parseJson } from './operation-outcome.ts'
import { RegistryError } from './registry.ts'

export interface FhirClientOptions {
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly token: string | undefined
  readonly timeoutMs: number
}

export interface FhirCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Under the base; empty for the base itself. */
  readonly path: string
  readonly body?: Uint8Array | undefined
  readonly signal: AbortSignal
  /** Statuses that are an answer too. */
  readonly accepted?: readonly number[] | undefined
}

const fhirClientLimits = { maxAnswerBytes: 8 * 1024 * 1024, maxErrorBytes: 16 * 1024 } as const

/** Doors, not documents: the same request may pass when they are open. */
const retryableStatuses = new Set([401, 403, 404, 407, 408, 409, 412, 423, 425, 429])

/** One request to a FHIR server; resolves the parsed body of a good answer, `undefined` for an empty one. Throws RegistryError. */
export async function callFhir(options: FhirClientOptions, call: FhirCall): Promise<unknown> {
  const response = await send(options, call)
  const isGood = response.ok || call.accepted?.includes(response.status) === true
  const limit = isGood ? fhirClientLimits.maxAnswerBytes : fhirClientLimits.maxErrorBytes
  const text = await readText(response, limit, isGood)
  if (!isGood) throw failureOf(response, text)
  if (text === '') return undefined
  const parsed = parseJson(text)
  if (parsed === undefined)
    throw new RegistryError('garbage', { text: answerText(response.status, text), isUncertain: true })
  return parsed
}

async function send({ baseUrl, token, timeoutMs }: FhirClientOptions, call: FhirCall): Promise<Response> {
  try {
    return await fetch(call.path === '' ? baseUrl : `${baseUrl}/${call.path}`, {
      method: call.method,
      redirect: 'error',
      signal: AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)]),
      headers: {
        accept: 'application/fhir+json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(call.body !== undefined && { 'content-type': 'application/fhir+json' }),
      },
      ...(call.body !== undefined && { body: call.body as Uint8Array<ArrayBuffer> }),
    })
  } catch (error) {
    // What it did not answer in time it may still be doing: asked too early, it says that there is nothing.
    const late = error instanceof Error && error.name === 'TimeoutError' ? timeoutMs : undefined
    const isUncertain = !wasRefused(error)
    throw new RegistryError('unreachable', { text: reasonOf(error), isUncertain, retryAfterMs: late, cause: error })
  }
}

async function readText(response: Response, limit: number, isGood: boolean): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const part of response.body ?? []) {
      bytes += part.byteLength
      if (bytes > limit && isGood) throw new RegistryError('garbage', { text: 'an answer too long', isUncertain: true })
      parts.push(part)
      if (bytes > limit) break
    }
  } catch (error) {
    if (error instanceof RegistryError) throw error
    throw new RegistryError('unreachable', { text: reasonOf(error), isUncertain: true, cause: error })
  }
  return Buffer.concat(parts).subarray(0, limit).toString('utf8')
}

function failureOf({ status, headers }: Response, body: string): RegistryError {
  const text = answerText(status, body)
  const again = parseRetryAfter(headers.get('retry-after'), Date.now())
  if (status === 429) return new RegistryError('throttled', { text, retryAfterMs: again })
  if (status >= 500) return new RegistryError('failed', { text, retryAfterMs: again, isUncertain: true })
  if (status === 409 || status === 412) return new RegistryError('failed', { text, isUncertain: true })
  if (retryableStatuses.has(status)) return new RegistryError('not-allowed', { text, retryAfterMs: again })
  if (status < 400) return new RegistryError('garbage', { text, isUncertain: true })
  return new RegistryError('refused', { text })
}

function wasRefused(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(codeOf(error) ?? '')
}

function reasonOf(error: unknown): string {
  const name = error instanceof Error ? error.name : 'failure'
  return codeOf(error) ?? (name === 'TimeoutError' ? 'no answer in time' : name)
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (cause === null || typeof cause !== 'object' || !('code' in cause)) return undefined
  return typeof cause.code === 'string' ? cause.code : undefined
}
