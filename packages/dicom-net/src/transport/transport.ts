import type net from 'node:net'
import { UlError } from '../errors.ts'
import type { UlLimits } from '../limits.ts'

export interface TransportUser {
  /** Takes bytes; returns how many it could. Those left over are offered again by `readOn`. */
  onBytes(bytes: Uint8Array): number
  /** True: no more bytes now. */
  readonly halted: boolean
  /** The TCP connection is gone. Called once. */
  onClosed(error: Error | undefined): void
}

/**
 * One TCP or TLS connection: reading with backpressure, writing in one system call, and the end of it.
 * Reading stops while the user is halted; bytes of a read it did not take are kept until `readOn`.
 */
export class Transport {
  readonly #user: TransportUser
  readonly #limits: UlLimits
  #socket: net.Socket | undefined
  #left: Uint8Array | undefined
  #paused = false
  #closed = false
  bytesRead = 0
  /** True while the buffer handed in belongs to the socket: what is kept of it must be copied. */
  #bufferIsShared = false

  constructor(user: TransportUser, limits: UlLimits) {
    this.#user = user
    this.#limits = limits
  }

  get closed(): boolean {
    return this.#closed
  }

  /** True when reading stopped for our own sake: then the peer cannot be blamed for silence. */
  get paused(): boolean {
    return this.#paused
  }

  /** Callback for a socket made with `onread`; the buffer is overwritten after it returns. */
  readonly onRead = (bytes: Uint8Array): boolean => {
    this.#bufferIsShared = true
    const goOn = this.#take(bytes)
    this.#bufferIsShared = false
    return goOn
  }

  /** Starts reading. `readsEvents`: the socket was not made with `onread`. */
  attach(socket: net.Socket, o: { readsEvents: boolean; noDelay: boolean }): void {
    this.#socket = socket
    socket.setNoDelay(o.noDelay)
    socket.setKeepAlive(true, this.#limits.tcpKeepAliveMs)
    let failure: Error | undefined
    socket.on('error', (error) => {
      failure = error
    })
    socket.on('close', () => this.#onClose(failure))
    socket.on('timeout', () => this.destroy(notReading(socket)))
    if (o.readsEvents) {
      socket.on('data', (bytes) => {
        if (!this.#take(bytes as Buffer)) socket.pause()
      })
    }
    socket.resume()
  }

  /** After a halt: offers what was left over, then lets the socket read again. */
  readOn(): void {
    if (!this.#paused || this.#closed) return
    const left = this.#left
    this.#left = undefined
    this.#paused = false
    if (left !== undefined && !this.#offer(left)) return
    if (!this.#user.halted) this.#socket?.resume()
  }

  /**
   * Writes the parts with one system call. The promise, present when the kernel did not take all at once, settles when
   * it did: until then the bytes must stay as they are. Rejects with `connection-lost`.
   */
  send(parts: readonly Uint8Array[]): void | Promise<void> {
    const socket = this.#socket
    if (socket === undefined || this.#closed || socket.destroyed || !socket.writable) throw lost(undefined)
    let flushed = false
    let settle: ((error?: Error | null) => void) | undefined
    const onFlushed = (error?: Error | null) => {
      flushed = true
      settle?.(error)
    }
    const last = parts.length - 1
    socket.cork()
    for (let n = 0; n < last; n++) socket.write(parts[n] as Uint8Array)
    socket.write(parts[last] as Uint8Array, onFlushed)
    socket.uncork()
    if (socket.writableLength === 0) return
    if (socket.writableLength > this.#limits.maxUnsentBytes) this.destroy(notReading(socket))
    // Fires when nothing at all moves; progress of a write counts, however slow.
    socket.setTimeout(this.#limits.progressIntervalMs)
    return new Promise((resolve, reject) => {
      settle = (error) => {
        if (socket.writableLength === 0) socket.setTimeout(0)
        if (error) reject(lost(error))
        else resolve()
      }
      if (flushed) settle()
    })
  }

  /** Sends what is queued, then closes. */
  close(): void {
    this.#socket?.destroySoon()
  }

  destroy(error?: Error): void {
    this.#socket?.destroy(error)
  }

  #take(bytes: Uint8Array): boolean {
    this.bytesRead += bytes.length
    if (this.#closed) return true
    return this.#offer(bytes)
  }

  /** True: everything was taken and more may come. */
  #offer(bytes: Uint8Array): boolean {
    const taken = this.#user.onBytes(bytes)
    if (taken === bytes.length && !this.#user.halted) return true
    this.#paused = true
    if (taken < bytes.length) {
      const left = bytes.subarray(taken)
      this.#left = this.#bufferIsShared ? Uint8Array.from(left) : left
    }
    return false
  }

  #onClose(error: Error | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#left = undefined
    this.#user.onClosed(error)
  }
}

function notReading(socket: net.Socket): UlError {
  return new UlError('timeout', 'the peer does not read', { details: { unsentBytes: socket.writableLength } })
}

function lost(cause: Error | undefined): UlError {
  if (cause instanceof UlError) return cause
  return new UlError('connection-lost', 'the connection is closed', cause === undefined ? {} : { cause })
}
