/** Invented people: the codes have right check characters and belong to nobody. */
export const anna = { fiscalCode: 'BNCNNA75B41F205W', name: 'Bianchi^Anna', birthDate: '19750201' } as const
export const studyUid = '1.2.826.0.1.3680043.8.498.11111'
export const secondStudyUid = '1.2.826.0.1.3680043.8.498.22222'
export const accessionIssuer = '2.16.840.1.113883.2.9.2.30.5.1'
export const documentRoot = '2.16.840.1.113883.2.9.2.30.4.4'

export interface CdaParts {
  readonly prolog?: string
  readonly prefix?: string
  readonly ids?: string
  readonly patientIds?: string
  readonly orders?: string
  readonly related?: string
  readonly confidentiality?: string
  readonly serviceEvent?: string
  readonly catalog?: string
  readonly exam?: string
  readonly text?: string
}

const catalogOfStudy = (uid: string) => `
  <entry><act classCode="ACT" moodCode="EVN"><id root="${uid}"/>
    <code code="113014" codeSystem="1.2.840.10008.2.16.4" displayName="Study"/>
    <entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN"><id root="${uid}.1"/>
      <code code="113015" codeSystem="1.2.840.10008.2.16.4" displayName="Series">
        <qualifier><name code="121139" codeSystem="1.2.840.10008.2.16.4"/><value code="CT" codeSystem="1.2.840.10008.2.16.4"/></qualifier>
      </code>
      <entryRelationship typeCode="COMP"><observation classCode="DGIMG" moodCode="EVN"><id root="${uid}.1.1"/>
        <code code="1.2.840.10008.5.1.4.1.1.2" codeSystem="1.2.840.10008.2.6.1"/></observation></entryRelationship>
    </act></entryRelationship></act></entry>`

export function catalogSection(uids: readonly string[]): string {
  return `<component><section><code code="121181" codeSystem="1.2.840.10008.2.16.4"/>
    <title>DICOM Object Catalog</title>${uids.map(catalogOfStudy).join('')}</section></component>`
}

export const examSection = `<component><section><code code="55111-9" codeSystem="2.16.840.1.113883.6.1"/><title>Esame</title>
  <text><paragraph>TC torace</paragraph></text>
  <entry><act moodCode="EVN" classCode="ACT">
    <code code="87.41" codeSystem="2.16.840.1.113883.6.103">
      <originalText><reference value="#Esame1"/></originalText>
      <translation code="0087411.01" codeSystem="2.16.840.1.113883.2.9.2.30.6.11"/>
    </code>
    <statusCode code="active"/><effectiveTime value="20260203092205+0100"/></act></entry></section></component>`

/** A Referto di Radiologia built like the Ministry's own example, every part replaceable. */
export function inventedCda(parts: CdaParts = {}): string {
  const xml = `${parts.prolog ?? '<?xml version="1.0" encoding="UTF-8"?>'}
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc">
  <realmCode code="IT"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_MT000040UV02"/>
  <templateId root="2.16.840.1.113883.2.9.10.1.7.1" extension="1.1"/>
  ${parts.ids ?? `<id root="${documentRoot}" extension="REP-1.v2"/>`}
  <code code="68604-8" codeSystem="2.16.840.1.113883.6.1" displayName="Referto Radiologico"/>
  <title>REFERTO RADIOLOGICO</title><sdtc:statusCode code="active"/>
  <effectiveTime value="20260204112426+0100"/>
  ${parts.confidentiality ?? '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>'}
  <languageCode code="it-IT"/>
  <setId root="${documentRoot}" extension="REP-1"/><versionNumber value="2"/>
  <recordTarget><patientRole classCode="PAT">
    ${parts.patientIds ?? `<id root="2.16.840.1.113883.2.9.4.3.2" extension=" bncnna75b41f205w " assigningAuthorityName="MEF"/><id root="2.16.840.1.113883.2.9.2.30.5.9" extension="P-77"/>`}
    <patient><name><family>Bianchi</family><given>Anna</given></name><administrativeGenderCode code="F"/><birthTime value="19750201"/></patient>
  </patientRole></recordTarget>
  <author><assignedAuthor><id root="2.16.840.1.113883.2.9.4.3.2" extension="PROVAX00X00X000Y"/></assignedAuthor></author>
  ${parts.orders ?? `<inFulfillmentOf><order classCode="ACT" moodCode="RQO"><id root="${accessionIssuer}" extension=" ACC0001 "/><id root="2.16.840.1.113883.2.9.4.3.9" extension="030A01234567890"/></order></inFulfillmentOf>`}
  ${parts.serviceEvent ?? '<documentationOf><serviceEvent><code code="RAD_PROG" codeSystem="2.16.840.1.113883.2.9.5.1.4"/><effectiveTime value="20260204112426+0100"/></serviceEvent></documentationOf>'}
  ${parts.related ?? `<relatedDocument typeCode="RPLC"><parentDocument><id root="${documentRoot}" extension="REP-1.v1"/><setId root="${documentRoot}" extension="REP-1"/></parentDocument></relatedDocument>`}
  <componentOf><encompassingEncounter><effectiveTime value="20260201"/><location><healthCareFacility>
    <id root="2.16.840.1.113883.2.9.4.1.6" extension="U1"/>
    <serviceProviderOrganization><id root="2.16.840.1.113883.2.9.4.1.2" extension="030001"/><name>Ospedale Inventato</name></serviceProviderOrganization>
  </healthCareFacility></location></encompassingEncounter></componentOf>
  <component><structuredBody>
    ${parts.catalog ?? catalogSection([studyUid])}
    ${parts.exam ?? examSection}
    <component><section><code code="18782-3" codeSystem="2.16.840.1.113883.6.1"/><title>Referto</title>
      <text><paragraph>${parts.text ?? 'Nulla di patologico &#232; evidente &amp; certo.'}</paragraph></text></section></component>
  </structuredBody></component>
</ClinicalDocument>`
  return parts.prefix === undefined ? xml : withPrefix(xml, parts.prefix)
}

/** The same document with its namespace bound to a prefix. */
function withPrefix(xml: string, prefix: string): string {
  return xml.replace(/<(\/?)([A-Za-z]+)(?=[\s>/])/g, `<$1${prefix}:$2`).replace(' xmlns="', ` xmlns:${prefix}="`)
}
