import type { Fixture } from './fixtures.ts'
import { type Element, encodeDataSet, encodePart10, uidOf } from './generated.ts'

const keyObjectSelection = '1.2.840.10008.5.1.4.1.1.88.59'
const explicitLittleEndian = '1.2.840.10008.1.2.1'

const text = (tag: number, vr: string, value: string): Element => ({ tag, vr, value })
const sequence = (tag: number, ...items: readonly (readonly Element[])[]): Element => ({
  tag,
  vr: 'SQ',
  value: { items },
})

/** A Key Object Selection titled "Rejected for Quality Reasons" (IHE IOCM) as a Part 10 file. */
export function makeRejectionNote(o: { study: string; rejected: readonly Fixture[]; patientId: string }): Buffer {
  const sopInstanceUid = uidOf(`${o.study}/note`)
  const series = o.rejected.map((image) => [
    sequence(0x00081199, [text(0x00081150, 'UI', image.sopClassUid), text(0x00081155, 'UI', image.sopInstanceUid)]),
    text(0x0020000e, 'UI', image.seriesInstanceUid),
  ])
  const dataSet = encodeDataSet([
    text(0x00080016, 'UI', keyObjectSelection),
    text(0x00080018, 'UI', sopInstanceUid),
    text(0x00080020, 'DA', '20240131'),
    text(0x00080023, 'DA', '20240131'),
    text(0x00080030, 'TM', '101500'),
    text(0x00080033, 'TM', '111500'),
    text(0x00080050, 'SH', o.study.slice(0, 16)),
    text(0x00080060, 'CS', 'KO'),
    text(0x00100010, 'PN', 'Prova^Archivio'),
    text(0x00100020, 'LO', o.patientId),
    text(0x0020000d, 'UI', uidOf(o.study)),
    text(0x0020000e, 'UI', uidOf(`${o.study}/notes`)),
    text(0x00200013, 'IS', '1'),
    text(0x0040a040, 'CS', 'CONTAINER'),
    sequence(0x0040a043, [
      text(0x00080100, 'SH', '113001'),
      text(0x00080102, 'SH', 'DCM'),
      text(0x00080104, 'LO', 'Rejected for Quality Reasons'),
    ]),
    sequence(0x0040a375, [sequence(0x00081115, ...series), text(0x0020000d, 'UI', uidOf(o.study))]),
  ])
  const identity = { sopClassUid: keyObjectSelection, sopInstanceUid, transferSyntaxUid: explicitLittleEndian }
  return encodePart10(identity, dataSet)
}
