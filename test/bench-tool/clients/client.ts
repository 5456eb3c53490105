import type { Load } from '../data.ts'
import type { RunningServer } from '../server.ts'

export interface SendOutcome {
  readonly acknowledged: number
  /** From the first instance to the last acknowledgement, as the client itself counts. */
  readonly seconds: number
}

export interface SendOptions {
  readonly server: RunningServer
  readonly load: Load
  /** Associations or HTTP connections side by side. */
  readonly associations: number
  /** TCP_NODELAY at the sender; false is DCMTK as packaged. */
  readonly noDelay: boolean
  /** For reports and the like. */
  readonly folder: string
}

export type Client = (o: SendOptions) => Promise<SendOutcome>
