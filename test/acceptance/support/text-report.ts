import { type Element, encodeDataSet, encodePart10, uidOf } from './generated.ts'

const basicTextSr = '1.2.840.10008.5.1.4.1.1.88.11'
const explicitLittleEndian = '1.2.840.10008.1.2.1'

/** A Basic Text SR (PS3.3 A.35.1) with its identity and title only, as a Part 10 file. */
export function makeTextReport(o: { study: string; patientId: string }): Buffer {
  const sopInstanceUid = uidOf(`${o.study}/report`)
  const text = (tag: number, vr: string, value: string): Element => ({ tag, vr, value })
  const title = [
    text(0x00080100, 'SH', '18748-4'),
    text(0x00080102, 'SH', 'LN'),
    text(0x00080104, 'LO', 'Diagnostic imaging report'),
  ]
  const dataSet = encodeDataSet([
    text(0x00080016, 'UI', basicTextSr),
    text(0x00080018, 'UI', sopInstanceUid),
    text(0x00080020, 'DA', '20240131'),
    text(0x00080023, 'DA', '20240131'),
    text(0x00080060, 'CS', 'SR'),
    text(0x00100010, 'PN', 'Prova^Archivio'),
    text(0x00100020, 'LO', o.patientId),
    text(0x0020000d, 'UI', uidOf(o.study)),
    text(0x0020000e, 'UI', uidOf(`${o.study}/reports`)),
    text(0x00200013, 'IS', '1'),
    text(0x0040a040, 'CS', 'CONTAINER'),
    { tag: 0x0040a043, vr: 'SQ', value: { items: [title] } },
  ])
  const identity = { sopClassUid: basicTextSr, sopInstanceUid, transferSyntaxUid: explicitLittleEndian }
  return encodePart10(identity, dataSet)
}
