export { type BackoffLimits, type BackoffOptions, backoffMs } from './backoff.ts'
export { forEachLimited, inLanes } from './for-each-limited.ts'
export { type RetryOptions, retry } from './retry.ts'
export { parseRetryAfter } from './retry-after.ts'
