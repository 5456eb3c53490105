import { codiceFiscaleIssuer, eniIssuer, stpIssuer } from '@vna/identifiers'

/** Object identifiers of the Italian health record and of the code systems that manifests use. */
export const oids = {
  codiceFiscale: codiceFiscaleIssuer,
  /** Straniero Temporaneamente Presente. */
  stp: stpIssuer,
  /** Europeo Non Iscritto. */
  eni: eniIssuer,
  /** Anagrafe Nazionale degli Assistiti. */
  ana: '2.16.840.1.113883.2.9.4.3.15',
  teamIdentification: '2.16.840.1.113883.2.9.4.3.7',
  teamInstitution: '2.16.840.1.113883.2.9.4.3.3',
  /** Electronic prescription number (NRE), as the gateway's code and as the older guide write it. */
  nre: '2.16.840.1.113883.2.9.4.3.9',
  nreOlder: '2.16.840.1.113883.2.9.4.3.8',
  lombardyPatient: '2.16.840.1.113883.2.9.2.30.4.1',
  hospital: '2.16.840.1.113883.2.9.4.1.2',
  facility: '2.16.840.1.113883.2.9.4.1.3',
  loinc: '2.16.840.1.113883.6.1',
  snomedCt: '2.16.840.1.113883.6.96',
  dicomDcm: '1.2.840.10008.2.16.4',
  dicomUid: '1.2.840.10008.2.6.1',
} as const
