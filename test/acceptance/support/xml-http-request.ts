/**
 * The browser's XMLHttpRequest as far as dicomweb-client uses it, on `fetch`: the client then sends from Node exactly
 * the requests, headers and bodies it sends from a browser.
 */
export class FetchXmlHttpRequest {
  responseType = ''
  withCredentials = false
  readyState = 0
  status = 0
  response: unknown = null
  onreadystatechange: (() => void) | null = null
  onloadstart: (() => void) | null = null
  onloadend: (() => void) | null = null
  onprogress: (() => void) | null = null
  readonly #headers = new Headers()
  #method = 'GET'
  #url = ''
  #responseHeaders = new Headers()

  open(method: string, url: string): void {
    this.#method = method.toUpperCase()
    this.#url = url
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers.append(name, value)
  }

  getResponseHeader(name: string): string | null {
    return this.#responseHeaders.get(name)
  }

  getAllResponseHeaders(): string {
    return [...this.#responseHeaders].map(([name, value]) => `${name}: ${value}`).join('\r\n')
  }

  send(body?: ArrayBuffer | Uint8Array<ArrayBuffer>): void {
    void this.#send(body)
  }

  async #send(body?: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<void> {
    this.onloadstart?.()
    const init = { method: this.#method, headers: this.#headers, ...(body === undefined ? {} : { body }) }
    try {
      const response = await fetch(this.#url, init)
      this.#responseHeaders = response.headers
      this.status = response.status
      this.response = decode(this.responseType, await response.arrayBuffer())
    } catch {
      this.status = 0 // as a browser reports a network error
    }
    this.readyState = 4
    this.onreadystatechange?.()
    this.onloadend?.()
  }
}

function decode(responseType: string, bytes: ArrayBuffer): unknown {
  if (responseType === 'arraybuffer') return bytes
  const text = Buffer.from(bytes).toString('utf8')
  if (responseType !== 'json') return text
  return text === '' ? null : JSON.parse(text)
}
