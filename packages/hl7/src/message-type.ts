import { Hl7Error } from './hl7-error.ts'
import { type Hl7Message, segmentsNamed, valueAt } from './hl7-message.ts'

export interface Hl7Header {
  /** MSH-9.1 and MSH-9.2, e.g. ADT and A08. */
  readonly type: string
  readonly trigger: string
  /** MSH-10: the sender's own number of this message, the same when it is sent again. */
  readonly controlId: string
  readonly sendingApplication: string | undefined
  readonly sendingFacility: string | undefined
  readonly receivingApplication: string | undefined
  readonly receivingFacility: string | undefined
  /** MSH-7 as sent. */
  readonly sentAt: string | undefined
}

export function headerOf(message: Hl7Message): Hl7Header {
  const msh = segmentsNamed(message, 'MSH')[0]
  const at = (field: number, component?: number) => valueAt(message, msh, field, component)
  const type = at(9, 1)
  const controlId = at(10)
  if (type === undefined) throw new Hl7Error('malformed-hl7', { where: 'MSH-9' })
  if (controlId === undefined) throw new Hl7Error('malformed-hl7', { where: 'MSH-10' })
  return {
    type,
    trigger: at(9, 2) ?? '',
    controlId,
    sendingApplication: at(3),
    sendingFacility: at(4),
    receivingApplication: at(5),
    receivingFacility: at(6),
    sentAt: at(7),
  }
}
