import type { CStoreTarget } from '@vna/sending'
import { CliError } from '../errors.ts'

/** What commander hands over; everything is text until it is checked here. */
export interface SendCommandOptions {
  readonly to?: string
  readonly calling: string
  readonly called: string
  readonly associations: string
  readonly window: string
  readonly stow?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly connections: string
  readonly batch: string
  readonly phantom?: readonly string[]
  readonly phantomSeed: string
  readonly phantomFrames?: string
  readonly localIds?: string
  readonly skipExisting?: boolean
  readonly qido?: string
  readonly retries: string
  readonly ackLog?: string
  readonly nagle?: boolean
}

const maxAeTitleLength = 16
const maxParallel = 64

export function countOf(text: string, name: string, maximum = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0 || value > maximum) {
    throw new CliError('usage', `--${name} wants a whole number from 0 to ${maximum}`)
  }
  return value
}

export function parallelOf(text: string, name: string): number {
  return Math.max(1, countOf(text, name, maxParallel))
}

/** `host:port`, or `[address]:port` for IPv6. */
export function parseTarget(o: { to: string; calling: string; called: string }): CStoreTarget {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(o.to)
  const port = Number(match?.[3])
  if (match === null || port < 1 || port > 65_535) throw new CliError('usage', '--to wants host:port')
  return {
    host: match[1] ?? match[2] ?? '',
    port,
    callingAeTitle: aeTitleOf(o.calling, 'calling'),
    calledAeTitle: aeTitleOf(o.called, 'called'),
  }
}

/** PS3.5 6.2: AE is up to 16 characters without backslash or control characters, and not spaces only. */
function aeTitleOf(text: string, name: string): string {
  const isValid = text.trim() !== '' && text.length <= maxAeTitleLength && /^[\x20-\x5b\x5d-\x7e]+$/.test(text)
  if (!isValid) throw new CliError('usage', `--${name} wants an AE title of 1 to ${maxAeTitleLength} characters`)
  return text.trim()
}

export function parseBaseUrl(text: string, name: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new CliError('usage', `--${name} wants an http or https URL`)
  return text.replace(/\/+$/, '').replace(/\/studies$/, '')
}
