import { codiceFiscaleOid, type PhantomStudy } from '@vna/phantom'

const loinc = '2.16.840.1.113883.6.1'

/** An invented Referto di Radiologia (CDA2) that names its exam by accession number alone, as most do today. */
export function cdaReportOf(study: PhantomStudy, o: { root: string }): string {
  const { patient, studyDate, accessionNumber, description } = study
  const id = `DEMO-${accessionNumber}`
  const section = (code: string, title: string, text: string, entry = ''): string =>
    `<component><section><code code="${code}" codeSystem="${loinc}"/><title>${title}</title>` +
    `<text><paragraph>${text}</paragraph></text>${entry}</section></component>`
  const exam =
    '<entry><act classCode="ACT" moodCode="EVN"><code code="87.41" codeSystem="2.16.840.1.113883.6.103"/>' +
    `<statusCode code="active"/><effectiveTime value="${studyDate}"/></act></entry>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <realmCode code="IT"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_MT000040UV02"/>
  <templateId root="2.16.840.1.113883.2.9.10.1.7.1" extension="1.1"/>
  <id root="${o.root}" extension="${id}.v1"/>
  <code code="68604-8" codeSystem="${loinc}" displayName="Referto Radiologico"/>
  <title>REFERTO RADIOLOGICO</title>
  <effectiveTime value="${studyDate}180000+0100"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="it-IT"/>
  <setId root="${o.root}" extension="${id}"/><versionNumber value="1"/>
  <recordTarget><patientRole classCode="PAT">
    <id root="${codiceFiscaleOid}" extension="${patient.codiceFiscale}"/>
    <patient><name><family>${patient.familyName}</family><given>${patient.givenName}</given></name>
      <birthTime value="${patient.birthDate}"/></patient>
  </patientRole></recordTarget>
  <inFulfillmentOf><order classCode="ACT" moodCode="RQO">
    <id root="${study.accessionIssuerOid}" extension="${accessionNumber}"/>
  </order></inFulfillmentOf>
  <component><structuredBody>
    ${section('55111-9', 'Esame eseguito', description, exam)}
    ${section('18782-3', 'Referto', 'Non lesioni focali. Esame nei limiti (dati inventati).')}
  </structuredBody></component>
</ClinicalDocument>
`
}
