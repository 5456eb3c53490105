import type { Transferable } from 'node:worker_threads'
import { move, transferableSymbol, valueSymbol } from 'piscina'

/**
 * A task or an answer of a thread, with the buffers that are handed over and not copied. On the other side it is the value
 * itself.
 */
export function handedOver<Value extends object>(value: Value, buffers: readonly Transferable[]): Value {
  return move({ [transferableSymbol]: buffers, [valueSymbol]: value }) as unknown as Value
}
