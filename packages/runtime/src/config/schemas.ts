import { z } from 'zod'
import { Secret } from './secret.ts'

const maxPort = 65_535

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number)

/** A TCP port; 0 lets the system choose. */
const port = wholeNumber.refine((value) => value <= maxPort, `must be at most ${maxPort}`)

/** A TCP port or `off`. */
const portOrOff = z
  .string()
  .refine((text) => text === 'off' || port.safeParse(text).success, `must be a port (0 to ${maxPort}) or "off"`)
  .transform((text): number | 'off' => (text === 'off' ? 'off' : Number(text)))

/** A whole number from `min` to `max`. */
function integer(min: number, max: number) {
  return wholeNumber.refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`)
}

const text = z.string().min(1, 'must not be empty')

/** PS3.5 6.2, VR AE: at most 16 characters of the default repertoire, no backslash, no control characters. */
const aeTitle = z
  .string()
  .regex(/^(?! *$)[\x20-\x5b\x5d-\x7e]{1,16}$/, 'must be 1 to 16 printable characters without a backslash')
  .transform((value) => value.trim())

/** `1`, `true`, `yes` or `0`, `false`, `no`. */
const flag = z
  .string()
  .regex(/^(1|true|yes|0|false|no)$/, 'must be 1 or 0')
  .transform((value) => ['1', 'true', 'yes'].includes(value))

const secret = text.transform((value) => new Secret(value))

/** An absolute URL with one of these protocols (`http:`); kept as text. */
function url(protocols: readonly string[]) {
  return z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be a URL starting with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    )
}

/** Like `url`, and secret, since such URLs carry a password. */
function secretUrl(protocols: readonly string[]) {
  return url(protocols).transform((value) => new Secret(value))
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values) as unknown as z.ZodType<T[number], string>
}

/** How the text of a variable becomes a value. */
export const schemas = { aeTitle, flag, integer, oneOf, port, portOrOff, secret, secretUrl, text, url } as const
