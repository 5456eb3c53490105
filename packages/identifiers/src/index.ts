export { checkCharacterOf, isCodiceFiscale, isSamePerson } from './codice-fiscale.ts'
export { codiceFiscaleIssuer, eniIssuer, isNationalIssuer, nationalIssuers, stpIssuer } from './national-issuers.ts'
