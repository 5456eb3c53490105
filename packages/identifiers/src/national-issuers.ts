/** Issuer of the codice fiscale (HL7 Italia OID of the Ministry of Economy and Finance). */
export const codiceFiscaleIssuer = '2.16.840.1.113883.2.9.4.3.2'
/** Of the STP number (Straniero Temporaneamente Presente). */
export const stpIssuer = '2.16.840.1.113883.2.9.4.3.17'
/** Of the ENI number (Europeo Non Iscritto). */
export const eniIssuer = '2.16.840.1.113883.2.9.4.3.18'

/** Domains of identifiers under which the health record knows a person, the more lasting first. */
export const nationalIssuers: readonly string[] = [codiceFiscaleIssuer, stpIssuer, eniIssuer]

/** Whether an identifier of this domain is known in the whole country, and so tells nothing of who holds what. */
export function isNationalIssuer(issuer: string): boolean {
  return nationalIssuers.includes(issuer)
}
