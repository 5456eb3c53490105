/** What an HTTP request says of the address it was sent to; `headers` in lower case, as Node gives them. */
export type AddressedRequest = {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly isTls: boolean
}

const hostShape = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/

/**
 * The address under which the client reaches this installation, for the URLs in an answer: as the client itself, or the
 * proxy before us, named it. It only ever goes back to whoever said it.
 */
export function requestBaseUrl({ headers, isTls }: AddressedRequest, fallbackHost: string): string {
  const scheme = isTls || headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
  const named = [headers['x-forwarded-host'], headers.host]
  const host = named.find((name): name is string => typeof name === 'string' && hostShape.test(name))
  return `${scheme}://${host ?? fallbackHost}`
}
