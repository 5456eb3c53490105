import { Hl7Error, parseHl7Message } from '@vna/hl7'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FseError } from '../model/fse-error.ts'
import { oids } from '../model/oids.ts'
import { adtFactsOf } from './adt-facts.ts'
import { orderFactsOf } from './order-message.ts'

const fiscalCode = 'BNCNNA75B41F205W'
const msh = (type: string, charset = 'UNICODE UTF-8') =>
  `MSH|^~\\&|HIS|ASST-A|VNA|LOMB|20260204112426||${type}|MSG1|P|2.5.1||||||${charset}`
const message = (...segments: string[]) => parseHl7Message(Buffer.from(segments.join('\r')))
const ids = `P1^^^HIS&1.2.3.4&ISO~P2^^^LOCAL~${fiscalCode.toLowerCase()}^^^MEF^NNITA~P3`
const pid = (identifiers = ids) => `PID|1||${identifiers}||Bianchi^Anna^Maria||19750201|F`

describe('HL7 v2 messages', () => {
  it('takes the delimiters from the message', () => {
    const odd = parseHl7Message(
      Buffer.from('MSH#*@!%#HIS#ASST-A#VNA##2026##ADT*A08#M#P#2.5\nPID#1##P1***HIS%1.2.3%ISO@P2***L##N!S!M*G\n'),
    )
    expect(adtFactsOf(odd).patients[0]).toMatchObject({
      identifiers: [
        { value: 'P1', issuer: '1.2.3' },
        { value: 'P2', issuer: 'L' },
      ],
      name: 'N*M^G',
    })
  })

  it('reads Latin-1 where declared and where it can be nothing else, and refuses broken UTF-8', () => {
    const text = (charset: string) => Buffer.from(`${msh('ADT^A08', charset)}\rPID|1||P1^^^L||Nicolò^È`, 'latin1')
    const name = (bytes: Buffer) => adtFactsOf(parseHl7Message(bytes)).patients[0]?.name
    expect(name(text('8859/1'))).toBe('Nicolò^È')
    expect(name(text(''))).toBe('Nicolò^È')
    expect(() => parseHl7Message(text('UNICODE UTF-8'))).toThrow('malformed-encoding')
    expect(() => parseHl7Message(text('ISO IR87'))).toThrow('unsupported-encoding in MSH-18')
  })

  it('reads identifiers with issuers, name, birth date and sex', () => {
    expect(
      adtFactsOf(message(msh('ADT^A08^ADT_A01'), 'EVN|A08', pid()), { localPatientIssuer: 'entity:A' }),
    ).toMatchObject({
      event: 'A08',
      controlId: 'MSG1',
      sendingApplication: 'HIS',
      sendingFacility: 'ASST-A',
      patients: [
        {
          identifiers: [
            { value: 'P1', issuer: '1.2.3.4' },
            { value: 'P2', issuer: 'LOCAL' },
            { value: fiscalCode, issuer: oids.codiceFiscale },
            { value: 'P3', issuer: 'entity:A' },
          ],
          replacedIdentifiers: [],
          name: 'Bianchi^Anna Maria',
          birthDate: '19750201',
          sex: 'F',
        },
      ],
    })
  })

  it('reads every pair of a merge, and refuses one without the identifier that goes', () => {
    const merge = message(msh('ADT^A40^ADT_A39'), pid('N1^^^L'), 'MRG|O1^^^L', pid('N2^^^L'), 'MRG|O2^^^L~O3^^^L')
    expect(adtFactsOf(merge).patients.map((patient) => patient.replacedIdentifiers.map(({ value }) => value))).toEqual([
      ['O1'],
      ['O2', 'O3'],
    ])
    expect(() => adtFactsOf(message(msh('ADT^A40'), pid()))).toThrow('missing-patient in MRG-1')
    expect(() => adtFactsOf(message(msh('ADT^A08'), pid('""')))).toThrow('missing-patient in PID-3')
    expect(() => adtFactsOf(message(msh('ADT^A99'), pid()))).toThrow('unsupported-message in MSH-9')
  })

  it('reads orders of ORM and OMI', () => {
    const obr = 'OBR|1|PL1^HIS^1.2.5^ISO|FI1^RIS|TCTOR^TC torace^99A|||||||||||||| ACC1 ||||||CT'
    const orm = message(
      msh('ORM^O01'),
      pid('P1^^^L'),
      'ORC|NW|PL1^HIS^1.2.5^ISO|FI1^RIS',
      obr,
      'ZDS|1.2.840.1^A^Application^DICOM',
    )
    expect(orderFactsOf(orm)).toMatchObject({
      control: 'NW',
      placerOrders: [{ value: 'PL1', issuer: '1.2.5' }],
      fillerOrders: [{ value: 'FI1', issuer: 'RIS' }],
      accessions: [{ value: 'ACC1' }],
      studyInstanceUids: ['1.2.840.1'],
      procedureCodes: [{ code: 'TCTOR', system: '99A' }],
      modalities: ['CT'],
    })
    const omi = message(
      msh('OMI^O23'),
      pid('P1^^^L'),
      'ORC|NW',
      'OBR|1',
      'IPC|ACC2^RIS^1.2.6^ISO|RP1|1.2.840.2|SPS1|MR',
    )
    expect(orderFactsOf(omi)).toMatchObject({
      accessions: [{ value: 'ACC2', issuer: '1.2.6' }],
      studyInstanceUids: ['1.2.840.2'],
      modalities: ['MR'],
    })
  })

  it('only ever throws its own error, whatever bytes come', () => {
    const noise = fc.string({ unit: fc.constantFrom('MSH', 'PID', '|', '^', '~', '\\', '&', '\r', 'A', '\u00e0') })
    fc.assert(
      fc.property(noise, (tail) => {
        try {
          adtFactsOf(parseHl7Message(Buffer.from(`MSH|^~\\&|${tail}`)))
        } catch (error) {
          expect(error instanceof FseError || error instanceof Hl7Error).toBe(true)
        }
      }),
    )
  })
})
