import { componentOf, type Hl7Message, type Hl7Repetition, repetitionsOf, segmentsNamed, valueAt } from '@vna/hl7'
import type { OrderIdentifier, ReportFacts } from '../model/report.ts'
import type { ReportDomains } from '../reports/domains.ts'
import { distinct, isOid, orderIdentifierOf, uidOf } from '../reports/normalise.ts'

/** Numbers and codes of the orders in a message, whatever its type: from ORC, OBR, IPC, ZDS, OBX and TXA. */
export type OrderNumbers = Pick<
  ReportFacts,
  | 'accessions'
  | 'placerOrders'
  | 'fillerOrders'
  | 'prescriptions'
  | 'studyInstanceUids'
  | 'procedureCodes'
  | 'modalities'
>

export function orderNumbersOf(message: Hl7Message, domains: ReportDomains): OrderNumbers {
  const at = (segment: string, field: number) => numbersAt(message, segment, field)
  const placers = [...at('ORC', 2), ...at('OBR', 2), ...at('TXA', 14)]
  const fillers = [...at('ORC', 3), ...at('OBR', 3), ...at('TXA', 15)]
  const accessions = [...at('OBR', 18), ...at('IPC', 1)]
  const isPrescription = ({ issuer }: OrderIdentifier) => issuer !== undefined && domains.prescription.includes(issuer)
  const orders = (numbers: readonly OrderIdentifier[]) => distinct(numbers.filter((number) => !isPrescription(number)))
  return {
    // A convention of some sites: the RIS numbers its orders, and that number is the accession number.
    accessions: orders(domains.hl7AccessionField === 'OBR-3' ? [...accessions, ...fillers] : accessions),
    placerOrders: orders(placers),
    fillerOrders: orders(fillers),
    prescriptions: distinct(
      [...placers, ...fillers, ...accessions].filter(isPrescription).map(({ value }) => value.toUpperCase()),
    ),
    studyInstanceUids: studyUidsOf(message),
    procedureCodes: proceduresOf(message),
    modalities: modalitiesOf(message),
  }
}

/** A field of type EI (number ^ namespace ^ OID ^ type), or a bare number, in all segments of a name. */
export function numbersAt(message: Hl7Message, segment: string, field: number): readonly OrderIdentifier[] {
  return segmentsNamed(message, segment)
    .flatMap((found) => repetitionsOf(message, found, field))
    .flatMap((value) => orderIdentifierOf(componentOf(value, 1), issuerOfEi(value)) ?? [])
}

/** The OID where one is given, else the namespace as written. */
function issuerOfEi(value: Hl7Repetition): string | undefined {
  const [namespace, universalId] = [componentOf(value, 2), componentOf(value, 3)]
  return universalId !== undefined && isOid(universalId) ? universalId : (namespace ?? universalId)
}

/** IHE RAD-4 puts it in ZDS-1, later versions in IPC-3, results in an OBX coded (113014, DCM, DICOM Study). */
function studyUidsOf(message: Hl7Message): readonly string[] {
  const results = segmentsNamed(message, 'OBX').filter((obx) => valueAt(message, obx, 3) === '113014')
  return distinct([
    ...segmentsNamed(message, 'ZDS').map((zds) => uidOf(valueAt(message, zds, 1))),
    ...segmentsNamed(message, 'IPC').map((ipc) => uidOf(valueAt(message, ipc, 3))),
    ...results.map((obx) => uidOf(valueAt(message, obx, 5)) ?? uidOf(valueAt(message, obx, 5, 2))),
  ])
}

/** OBR-4 and OBR-44: code and its alternative, each with its coding system. */
function proceduresOf(message: Hl7Message): OrderNumbers['procedureCodes'] {
  const fields = segmentsNamed(message, 'OBR').flatMap((obr) => [4, 44].flatMap((n) => repetitionsOf(message, obr, n)))
  const codes = fields.flatMap((coded) =>
    [1, 4].map((first) => ({ code: componentOf(coded, first), system: componentOf(coded, first + 2) })),
  )
  return distinct(codes.flatMap(({ code, system }) => (code && system ? [{ code, system }] : [])))
}

/** OBR-24 (IHE: the modality), IPC-5. RAD and the like in OBR-24 are departments, not modalities. */
function modalitiesOf(message: Hl7Message): readonly string[] {
  const section = segmentsNamed(message, 'OBR').map((obr) => valueAt(message, obr, 24))
  const step = segmentsNamed(message, 'IPC').map((ipc) => valueAt(message, ipc, 5))
  return distinct([...section, ...step].filter((code) => code !== undefined && /^[A-Z]{2}$/.test(code)))
}
