import { contextKey, type SendGroup, type SendItem, type StorageContext } from './send-item.ts'

/** PS3.8 9.3.2.2: context ids are odd and fit a byte. */
export const maxPresentationContexts = 128

/** All that is to be sent. Groups may be made when they are reached; what they need of an association is known before. */
export interface SendPlan {
  readonly total: number
  readonly contexts: readonly StorageContext[]
  readonly groups: Iterable<SendGroup>
}

/** What an association with these contexts carries. */
export interface Leg {
  readonly contexts: readonly StorageContext[]
  readonly items: Iterable<SendItem>
}

/** Hands groups to several workers: each takes the next when it is free, so that none waits for another's long study. */
export function createDispenser(plan: SendPlan): () => SendGroup | undefined {
  const groups = plan.groups[Symbol.iterator]()
  return () => {
    const { done, value } = groups.next()
    return done === true ? undefined : value
  }
}

/** One proposal for the whole work where it fits; else one for each group, and a group in parts where even that is too much. */
export function* legsOf(group: SendGroup, plan: SendPlan): Generator<Leg> {
  if (plan.contexts.length <= maxPresentationContexts) {
    yield { contexts: plan.contexts, items: group.items }
    return
  }
  for (let start = 0; start < group.contexts.length; start += maxPresentationContexts) {
    const contexts = group.contexts.slice(start, start + maxPresentationContexts)
    const keys = new Set(contexts.map(contextKey))
    yield { contexts, items: [...group.items].filter((item) => keys.has(contextKey(item))) }
  }
}
