const codiceFiscaleIssuer = '2.16.840.1.113883.2.9.4.3.2'
const documentRoot = '2.16.840.1.113883.2.9.2.30.4.4'
const dcm = '1.2.840.10008.2.16.4'

export interface CdaOptions {
  readonly id: string
  /** Codice fiscale. */
  readonly patient: string
  /** Study Instance UIDs that its DICOM Object Catalog names. */
  readonly studies?: readonly string[]
  /** Accession number of its order, with the OID of the issuer. */
  readonly accession?: { readonly number: string; readonly issuer: string }
  /** Id of the report that it replaces. */
  readonly replaces?: string
}

/** A radiology report as CDA2, with as much as linking looks at. */
export function makeCda(o: CdaOptions): string {
  const acts = (o.studies ?? []).map(
    (study) => `<entry><act classCode="ACT" moodCode="EVN"><id root="${study}"/>
      <code code="113014" codeSystem="${dcm}"/></act></entry>`,
  )
  const catalog = `<component><section><code code="121181" codeSystem="${dcm}"/>${acts.join('')}</section></component>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <id root="${documentRoot}" extension="${o.id}"/>
  <code code="68604-8" codeSystem="2.16.840.1.113883.6.1"/>
  <effectiveTime value="20240131112426+0100"/>
  <recordTarget><patientRole><id root="${codiceFiscaleIssuer}" extension="${o.patient}"/></patientRole></recordTarget>
  ${o.accession === undefined ? '' : orderOf(o.accession)}
  ${o.replaces === undefined ? '' : replacementOf(o.replaces)}
  <component><structuredBody>${acts.length === 0 ? '' : catalog}</structuredBody></component>
</ClinicalDocument>`
}

function replacementOf(id: string): string {
  return `<relatedDocument typeCode="RPLC"><parentDocument><id root="${documentRoot}" extension="${id}"/></parentDocument></relatedDocument>`
}

function orderOf({ number, issuer }: { readonly number: string; readonly issuer: string }): string {
  return `<inFulfillmentOf><order><id root="${issuer}" extension="${number}"/></order></inFulfillmentOf>`
}
