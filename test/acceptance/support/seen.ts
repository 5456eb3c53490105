/** An answer as a client could compare it with another: everything but the moment it was given. */
export interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Date is the moment; the boundary of a multipart body is made for each answer. */
const timedHeaders = ['date']
const boundaryPattern = /boundary="?([^";\r\n]+)"?/

/** One request by a bearer of this token. */
export async function see(url: string, token: string, init: RequestInit = {}): Promise<Seen> {
  const response = await fetch(url, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
  const body = Buffer.from(await response.arrayBuffer()).toString('latin1')
  const boundary = boundaryPattern.exec(response.headers.get('content-type') ?? '')?.[1]
  const stable = (text: string) => (boundary === undefined ? text : text.replaceAll(boundary, 'BOUNDARY'))
  const headers = [...response.headers].filter(([name]) => !timedHeaders.includes(name))
  return {
    status: response.status,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, stable(value)])),
    body: stable(body),
  }
}

/** The same with what was asked for called the same, for answers about two things. */
export function renamed(seen: Seen, names: ReadonlyMap<string, string>): Seen {
  let text = JSON.stringify(seen)
  for (const [uid, name] of names) text = text.replaceAll(uid, name)
  return JSON.parse(text) as Seen
}
