import type { Authenticator, Principal } from '@vna/access'
import type { Request, RequestHandler } from 'express'

const principals = new WeakMap<Request, Principal>()

/** Lets nobody by without a valid token; the front door asked already, but this listener does not rely on it. */
export function authenticate(authenticator: Authenticator): RequestHandler {
  return (request, _response, next) => {
    authenticator.authenticate(request.headers.authorization).then((principal) => {
      principals.set(request, principal)
      next()
    }, next)
  }
}

/** Who asks. */
export function principalOf(request: Request): Principal {
  const principal = principals.get(request)
  if (principal === undefined) throw new Error('the request was not authenticated')
  return principal
}
