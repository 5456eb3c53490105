import type { AccessError } from '@vna/access'
import { createProblem } from './problem.ts'
import { type ProblemAnswer, retryAfterSeconds } from './problem-answer.ts'

/** What a refusal is to an HTTP client. */
export function problemOfAccessError(error: AccessError): ProblemAnswer {
  switch (error.code) {
    case 'forbidden': {
      const problem = createProblem('forbidden', 'the token does not allow this', { reason: error.reason })
      return { problem, headers: {}, isOurs: false }
    }
    case 'audit-unavailable': {
      const problem = createProblem('unavailable', 'the audit trail cannot be written')
      return { problem, headers: { 'retry-after': String(retryAfterSeconds) }, isOurs: false }
    }
    case 'standing-unknown': {
      const problem = createProblem('unavailable', 'tokens cannot be checked now')
      return { problem, headers: { 'retry-after': String(retryAfterSeconds) }, isOurs: false }
    }
    case 'missing-token': {
      // RFC 6750 3.1: no error code when no token came at all.
      const headers = { 'www-authenticate': 'Bearer realm="vna"' }
      return { problem: createProblem('unauthorized', 'no bearer token'), headers, isOurs: false }
    }
    case 'invalid-token':
    case 'expired-token':
    case 'revoked-token':
    case 'invalid-claims': {
      const headers = { 'www-authenticate': 'Bearer realm="vna", error="invalid_token"' }
      return { problem: createProblem('unauthorized', 'the token is not valid'), headers, isOurs: false }
    }
    case 'key-unreadable':
      return { problem: createProblem('internal'), headers: {}, isOurs: true }
  }
}
