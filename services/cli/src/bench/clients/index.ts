import { type SendOptions, type SendOutcome, sendWithDcmsend } from './dcmsend.ts'

export const clientNames = ['dcmsend', 'send', 'stow'] as const
export type ClientName = (typeof clientNames)[number]

export const clients: Readonly<Record<ClientName, (o: SendOptions) => Promise<SendOutcome>>> = {
  dcmsend: sendWithDcmsend,
  send: sendWithDcmsend,
  stow: sendWithDcmsend,
}
