import type { Client } from './client.ts'
import { sendWithDcmsend } from './dcmsend.ts'
import { sendByStow, sendWithVna } from './vna-send.ts'

export const clientNames = ['dcmsend', 'send', 'stow'] as const
export type ClientName = (typeof clientNames)[number]

export const clients: Readonly<Record<ClientName, Client>> = {
  dcmsend: sendWithDcmsend,
  send: sendWithVna,
  stow: sendByStow,
}
