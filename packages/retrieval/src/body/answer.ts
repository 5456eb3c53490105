import type { BodyPart } from './body-part.ts'

/** Everything about an answer but the way it is sent. */
export interface Answer {
  readonly contentType: string
  readonly parts: readonly BodyPart[]
  /** Without quotes; weak unless every byte of the body follows from it. */
  readonly etag?: { readonly value: string; readonly isWeak: boolean }
  /** A single part of stored bytes can be asked for piecewise. */
  readonly allowsRanges: boolean
  readonly headers?: Readonly<Record<string, string>>
}
