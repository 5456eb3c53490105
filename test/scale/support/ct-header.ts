import type { Element } from '../../acceptance/support/generated.ts'

const familyNames = ['Esposito', 'Colombo', 'Ferrari', 'Brambilla', 'Fumagalli', 'Galli']

/** What a CT scanner and a RIS write beside the identifiers: the lengths are those of real headers, the names invented. */
export function ctHeader(study: number, instance: number): readonly Element[] {
  const text = (tag: number, vr: string, value: string): Element => ({ tag, vr, value })
  const family = familyNames[study % familyNames.length]!
  const position = (instance * 1.25 - 312.5).toFixed(4)
  return [
    text(0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 SPI'),
    text(0x00080021, 'DA', '20240131'),
    text(0x00080022, 'DA', '20240131'),
    text(0x00080023, 'DA', '20240131'),
    text(0x00080031, 'TM', '102231.734000'),
    text(0x00080032, 'TM', '102245.118000'),
    text(0x00080033, 'TM', '102246.420000'),
    text(0x00080070, 'LO', 'SIEMENS'),
    text(0x00080080, 'LO', 'Ospedale San Vincenzo di Prova'),
    text(0x00080090, 'PN', `${family}^Riccardo`),
    text(0x00081010, 'SH', 'CTAWP73488'),
    text(0x0008103e, 'LO', 'TORACE MDC 1.5 B30f'),
    text(0x00081040, 'LO', 'Radiologia 1'),
    text(0x00081090, 'LO', 'SOMATOM Definition AS+'),
    text(0x00100030, 'DA', '19570823'),
    text(0x00100040, 'CS', 'F'),
    text(0x00101010, 'AS', '066Y'),
    text(0x00180015, 'CS', 'CHEST'),
    text(0x00180050, 'DS', '1.5'),
    text(0x00180060, 'DS', '120'),
    text(0x00181000, 'LO', '73488'),
    text(0x00181030, 'LO', '02_TORACE_MDC'),
    text(0x00185100, 'CS', 'HFS'),
    text(0x00200012, 'IS', '2'),
    text(0x00200032, 'DS', `-183.6425\\-352.6425\\${position}`),
    text(0x00200037, 'DS', '1\\0\\0\\0\\1\\0'),
    text(0x00200052, 'UI', '1.3.12.2.1107.5.1.4.73488.30000024013107295482100000123'),
    text(0x00201041, 'DS', position),
    text(0x00280004, 'CS', 'MONOCHROME2'),
    text(0x00280030, 'DS', '0.712890625\\0.712890625'),
    text(0x00281050, 'DS', '40'),
    text(0x00281051, 'DS', '400'),
    text(0x00400244, 'DA', '20240131'),
    text(0x00400245, 'TM', '101912'),
    text(0x00400253, 'SH', `PPS${String(study).padStart(8, '0')}`),
    text(0x00400254, 'LO', 'TC TORACE SENZA E CON MDC'),
  ]
}
