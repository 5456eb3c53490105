import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '@vna/access'

/** What is known of a request beside what it says itself: who sent it, and which line of which table answers it. */
const principals = new WeakMap<IncomingMessage, Principal>()
const labels = new WeakMap<ServerResponse, string>()

export function setPrincipal(request: IncomingMessage, principal: Principal): void {
  principals.set(request, principal)
}

/** Set by the front door for every route but health: without it there is no way to an answer. */
export function getPrincipal(request: IncomingMessage): Principal {
  const principal = principals.get(request)
  if (principal === undefined) throw new Error('a request came past the front door')
  return principal
}

export function setRouteLabel(response: ServerResponse, label: string): void {
  labels.set(response, label)
}

export function findRouteLabel(response: ServerResponse): string | undefined {
  return labels.get(response)
}
