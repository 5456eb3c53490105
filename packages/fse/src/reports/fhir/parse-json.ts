import { FseError } from '../../model/fse-error.ts'
import type { ReportLimits } from '../limits.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
export interface JsonObject {
  readonly [name: string]: Json
}

type JsonLimits = Pick<ReportLimits, 'maxJsonBytes' | 'maxJsonDepth' | 'maxJsonNodes'>

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openers: ReadonlySet<number> = new Set([0x5b, 0x7b])
const closers: ReadonlySet<number> = new Set([0x5d, 0x7d])

/** A JSON object that nobody vouches for: depth and number of values are known before anything is built. */
export function parseJsonObject(bytes: Uint8Array, limits: JsonLimits): JsonObject {
  if (bytes.length > limits.maxJsonBytes) throw new FseError('too-large', { limit: limits.maxJsonBytes })
  checkShape(bytes, limits)
  const value = parse(decodeUtf8(bytes))
  if (!isObject(value)) throw new FseError('not-a-report')
  return value
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Brackets and commas outside strings. UTF-8 has none of these bytes inside another character. */
function checkShape(bytes: Uint8Array, limits: JsonLimits): void {
  let depth = 0
  let nodes = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === quote) at = endOfString(bytes, at)
    else if (openers.has(byte)) depth++
    else if (closers.has(byte)) depth--
    else if (byte !== comma) continue
    if (depth > limits.maxJsonDepth) throw new FseError('too-deep', { offset: at, limit: limits.maxJsonDepth })
    if (++nodes > limits.maxJsonNodes) throw new FseError('too-many-nodes', { offset: at, limit: limits.maxJsonNodes })
  }
}

/** Place of the closing quote; the end of the bytes where there is none. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    if (bytes[at] === backslash) at++
    else if (bytes[at] === quote) return at
  }
  return bytes.length
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new FseError('malformed-encoding', { where: 'utf-8' })
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    // Its words quote the document.
    throw new FseError('malformed-json')
  }
}
