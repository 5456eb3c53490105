import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TokenCaller } from '@vna/access'

/** What is known of a request beside what it says itself: who sent it, and which line of which table answers it. */
const callers = new WeakMap<IncomingMessage, TokenCaller>()
const labels = new WeakMap<ServerResponse, string>()

export function setCaller(request: IncomingMessage, caller: TokenCaller): void {
  callers.set(request, caller)
}

/** Set by the front door for every route but health: without it there is no way to an answer. */
export function getCaller(request: IncomingMessage): TokenCaller {
  const caller = callers.get(request)
  if (caller === undefined) throw new Error('a request came past the front door')
  return caller
}

export function setRouteLabel(response: ServerResponse, label: string): void {
  labels.set(response, label)
}

export function findRouteLabel(response: ServerResponse): string | undefined {
  return labels.get(response)
}
