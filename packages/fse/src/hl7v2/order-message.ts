import { type Hl7Header, type Hl7Message, headerOf, segmentsNamed, valueAt } from '@vna/hl7'
import { FseError } from '../model/fse-error.ts'
import { defaultReportDomains, type ReportDomains } from '../reports/domains.ts'
import { type OrderNumbers, orderNumbersOf } from './order-facts.ts'
import { type Hl7Patient, patientOfPid } from './patient-of-pid.ts'

export interface OrderFacts extends Hl7Header, OrderNumbers {
  readonly patient: Hl7Patient
  /** ORC-1: NW new, CA cancel, XO change, SC status, … */
  readonly control: string | undefined
}

const orderMessages: ReadonlySet<string> = new Set(['ORM^O01', 'OMG^O19', 'OMI^O23'])

/** What an order message (IHE RAD-2 to RAD-4) says: numbers, Study Instance UID (ZDS-1 or IPC-3), procedure, patient. */
export function orderFactsOf(message: Hl7Message, domains: Partial<ReportDomains> = {}): OrderFacts {
  const header = headerOf(message)
  if (!orderMessages.has(`${header.type}^${header.trigger}`)) {
    throw new FseError('unsupported-message', { where: 'MSH-9' })
  }
  const known = { ...defaultReportDomains, ...domains }
  const patient = patientOfPid(message, segmentsNamed(message, 'PID')[0], known.localPatientIssuer)
  if (patient.identifiers.length === 0) throw new FseError('missing-patient', { where: 'PID-3' })
  const control = valueAt(message, segmentsNamed(message, 'ORC')[0], 1)
  return { ...header, ...orderNumbersOf(message, known), patient, control }
}
