import { codiceFiscaleOid, type PhantomPatient, phantomUid } from '@vna/phantom'

/** HL7 v2.5 ADT^A28: the registry of an entity tells which citizen one of its numbers stands for. */
export function adtMessageOf(patient: PhantomPatient, o: { localIssuer: string; facility: string; at: Date }): string {
  const { localId, codiceFiscale, familyName, givenName, birthDate, sex } = patient
  const stamp = o.at.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)
  const local = `${localId}^^^${o.localIssuer}&${phantomUid('patient ids', o.localIssuer)}&ISO^PI`
  const national = `${codiceFiscale}^^^MEF&${codiceFiscaleOid}&ISO^NNITA`
  return [
    `MSH|^~\\&|ANAGRAFE|${o.facility}|VNA|VNA|${stamp}||ADT^A28^ADT_A05|${stamp}${localId}|P|2.5|||AL|NE|ITA|UNICODE UTF-8`,
    `EVN|A28|${stamp}`,
    `PID|||${local}~${national}||${familyName.toUpperCase()}^${givenName.toUpperCase()}||${birthDate}|${sex}`,
    'PV1||N',
    '',
  ].join('\r')
}
