import { userInfo } from 'node:os'
import { join } from 'node:path'
import { issueToken, openSigningKey, type TokenRequest } from '@vna/access'
import type { CommandContext } from './command.ts'
import { findStack } from './connections.ts'
import { CliError } from './errors.ts'

const answerLimitMs = 120_000
const tokenTtlSeconds = 300

export interface ArchiveRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly contentType?: string
  readonly body?: Uint8Array | string
}

/** Asks this installation's own HTTP side, as whom the local key signs for; what is refused comes back in its words. */
export async function createArchiveClient(
  context: CommandContext,
  who: Omit<TokenRequest, 'subject' | 'ttlSeconds'>,
): Promise<(path: string, request?: ArchiveRequest) => Promise<unknown>> {
  const stack = findStack(context)
  if (typeof stack?.http !== 'string') {
    throw new CliError('not-running', `no archive runs under ${context.config.home}: start it with npm start`)
  }
  const base = stack.http
  const key = await openSigningKey(join(context.config.home, 'keys'))
  const token = await issueToken(key, { ...who, subject: userName(), ttlSeconds: tokenTtlSeconds })
  return async (path, { method = 'GET', contentType, body } = {}) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(contentType !== undefined && { 'content-type': contentType }),
    }
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(answerLimitMs)])
    const response = await fetch(`${base}${path}`, {
      method,
      headers,
      signal,
      ...(body !== undefined && { body: bodyOf(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw refusalOf(response.status, text)
    return text === '' ? {} : (JSON.parse(text) as unknown)
  }
}

function bodyOf(body: Uint8Array | string): string | Blob {
  return typeof body === 'string' ? body : new Blob([new Uint8Array(body)])
}

function refusalOf(status: number, text: string): CliError {
  const problem = problemOf(text)
  const words = [problem.title ?? `the archive answered ${status}`, problem.detail].filter((part) => part !== undefined)
  const code = status === 404 ? 'not-found' : 'refused'
  return new CliError(code, words.join(': '), { details: { status, ...problem } })
}

function problemOf(text: string): { readonly title?: string; readonly detail?: string } & Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'vna-cli'
  }
}
