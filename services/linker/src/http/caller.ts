import type { AccessControl, TokenCaller } from '@vna/access'
import type { Request, RequestHandler } from 'express'

const callers = new WeakMap<Request, TokenCaller>()

/** Lets nobody by without a valid token; the front door asked already, but this listener does not rely on it. */
export function authenticate(access: Pick<AccessControl, 'identify'>): RequestHandler {
  return (request, _response, next) => {
    const asked = { route: 'linker', peer: request.socket.remoteAddress }
    access.identify(request.headers.authorization, asked).then((caller) => {
      callers.set(request, caller)
      next()
    }, next)
  }
}

/** Who asks. */
export function callerOf(request: Request): TokenCaller {
  const caller = callers.get(request)
  if (caller === undefined) throw new Error('the request was not authenticated')
  return caller
}
