import type { AccessControl } from '@vna/access'
import { setCaller } from '@vna/http'
import type { RequestHandler } from 'express'

/** Lets nobody by without a valid token; the front door asked already, but this listener does not rely on it. */
export function authenticate(access: Pick<AccessControl, 'identify'>): RequestHandler {
  return (request, _response, next) => {
    const asked = { route: 'linker', peer: request.socket.remoteAddress }
    access.identify(request.headers.authorization, asked).then((caller) => {
      setCaller(request, caller)
      next()
    }, next)
  }
}
