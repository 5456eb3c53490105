/** A fresh archive in a folder of its own, on ports of its own. */
export interface RunningServer {
  readonly name: ServerName
  /** What is known of how safe an acknowledged instance is, for the report. */
  readonly durability: string
  readonly rootPids: () => readonly number[]
  readonly dimse: { readonly port: number; readonly calledAeTitle: string; readonly callingAeTitle: string }
  readonly dicomweb?: { readonly baseUrl: string; readonly token?: string }
  /** Instances it would answer a query for. */
  storedInstances(): Promise<number>
  /** Stops and starts over the same data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export const serverNames = [
  'vna',
  'orthanc-sqlite',
  'orthanc-postgresql',
  'storescp',
  'storescp-fork',
  'storescp-fork-128k',
] as const
export type ServerName = (typeof serverNames)[number]

export type StartServer = (o: { readonly folder: string; readonly signal: AbortSignal }) => Promise<RunningServer>
