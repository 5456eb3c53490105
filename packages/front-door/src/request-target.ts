import { ProblemError } from '@vna/http'

/** What a client asks for, and all that is passed on of it: a path of ours and its query, never a host. */
export interface RequestTarget {
  /** Normalized: no dot segments left. */
  readonly pathname: string
  /** With its question mark, or empty. */
  readonly search: string
}

/** No text of ours has one, and PostgreSQL takes none: in a path, a parameter's name or its value. */
const encodedNul = /%00/

/** Origin form (RFC 9112 3.2.1). A second slash or a backslash would begin a host, in one URL parser or another. */
const originForm = /^\/(?![/\\])[^\s\\?#]*(\?[^\s#]*)?$/

/** Throws ProblemError 'uri-too-long' and 'bad-request'. */
export function parseRequestTarget(target: string, maxUrlLength: number): RequestTarget {
  if (target.length > maxUrlLength) {
    throw new ProblemError('uri-too-long', 'the URL is too long', { extensions: { maxUrlLength } })
  }
  const isOriginForm = originForm.test(target) && URL.canParse(target, 'http://x')
  const { pathname, search } = isOriginForm ? new URL(target, 'http://x') : { pathname: '', search: '' }
  // Dot segments may leave two slashes at the beginning: `/.//host`.
  if (encodedNul.test(target)) throw new ProblemError('bad-request', 'the URL holds a NUL')
  if (!isOriginForm || pathname.startsWith('//')) throw new ProblemError('bad-request', 'the URL is malformed')
  return { pathname, search }
}
