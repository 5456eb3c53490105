/**
 * Writes src/generated/*.ts from the PS3.6 registry as the Python package pydicom ships it (MIT, edition 2024c):
 *   pip download pydicom==3.0.2 --no-deps && unzip pydicom-3.0.2-*.whl
 *   node packages/dicom/scripts/generate-dictionary.ts <folder>/pydicom
 * The npm dictionaries were tried first: dcmjs has no SOP class registry, prefixes retired keywords and gives the
 * wrong VR for some elements ((0066,0040) UL instead of OL).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Storage classes PS3.6 registered after edition 2024c: uid, name, keyword. */
const laterStorageSopClasses = [
  ['1.2.840.10008.5.1.4.1.1.2.3', 'CT Image Storage - For Processing', 'CTImageStorageForProcessing'],
  ['1.2.840.10008.5.1.4.1.1.2.4', 'Enhanced CT Image Storage - For Processing', 'EnhancedCTImageStorageForProcessing'],
  [
    '1.2.840.10008.5.1.4.1.1.2.5',
    'Legacy Converted Enhanced CT Image Storage - For Processing',
    'LegacyConvertedEnhancedCTImageStorageForProcessing',
  ],
  ['1.2.840.10008.5.1.4.1.1.9.100.1', 'Waveform Presentation State Storage', 'WaveformPresentationStateStorage'],
  [
    '1.2.840.10008.5.1.4.1.1.9.100.2',
    'Waveform Acquisition Presentation State Storage',
    'WaveformAcquisitionPresentationStateStorage',
  ],
  ['1.2.840.10008.5.1.4.1.1.66.7', 'Label Map Segmentation Storage', 'LabelMapSegmentationStorage'],
  ['1.2.840.10008.5.1.4.1.1.66.8', 'Height Map Segmentation Storage', 'HeightMapSegmentationStorage'],
  ['1.2.840.10008.5.1.4.1.1.601.3', 'Thermography Image Storage', 'ThermographyImageStorage'],
  ['1.2.840.10008.5.1.4.1.1.601.4', 'Thermography Multi-frame Image Storage', 'ThermographyMultiFrameImageStorage'],
  ['1.2.840.10008.5.1.4.1.1.601.5', 'Ultrasound Waveform Storage', 'UltrasoundWaveformStorage'],
] as const

/** One letter per ambiguous VR; the scanner and the JSON writer resolve them (PS3.5 A.1, Annex A note). */
const ambiguousVrs: Record<string, string> = {
  'OB or OW': 'ox',
  'US or SS': 'xs',
  'US or OW': 'up',
  'US or SS or OW': 'lt',
  NONE: 'na',
}

/** The five strings of a pydicom tuple. */
function tupleStrings(source: string): string[] {
  return [...source.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map((m) => m[1] ?? m[2] ?? '')
}

function dictionaryLines(source: string): { elements: string[]; repeaters: string[] } {
  const elements: string[] = []
  const repeaters: string[] = []
  for (const line of source.split('\n')) {
    const element = /^\s+0x([0-9A-Fa-f]{8}): \((.*)\)[,}]/.exec(line)
    const repeater = /^\s+'([0-9A-Fa-fx]{8})': \((.*)\)[,}]/.exec(line)
    const match = element ?? repeater
    if (!match) continue
    const [vr = '', , , , keyword = ''] = tupleStrings(match[2] ?? '')
    if (keyword === '') continue
    const entry = `${(match[1] ?? '').toUpperCase().replaceAll('X', 'x')} ${ambiguousVrs[vr] ?? vr} ${keyword}`
    if (element) elements.push(entry)
    else repeaters.push(entry)
  }
  return { elements, repeaters }
}

function storageSopClassLines(source: string): string[] {
  const lines: string[] = []
  for (const line of source.split('\n')) {
    const match = /^\s+'([0-9.]+)': \((.*)\)[,}]/.exec(line)
    if (!match) continue
    const [name = '', type, , retired, keyword = ''] = tupleStrings(match[2] ?? '')
    if (type !== 'SOP Class' || !/\bStorage\b/.test(name) || /Storage Commitment|Media Storage Directory/.test(name))
      continue
    lines.push(`${match[1]}|${retired ? 'R' : ''}|${keyword}|${name.replace(/ SOP Class$/, '')}`)
  }
  const known = new Set(lines.map((line) => line.split('|')[0]))
  for (const [uid, name, keyword] of laterStorageSopClasses) {
    if (!known.has(uid)) lines.push(`${uid}||${keyword}|${name}`)
  }
  return lines
}

const folder = process.argv[2]
if (!folder) throw new Error('usage: node generate-dictionary.ts <folder of the unpacked pydicom package>')
const header = '// Written by packages/dicom/scripts/generate-dictionary.ts. Do not edit.\n'
const output = join(import.meta.dirname, '../src/generated')

const { elements, repeaters } = dictionaryLines(readFileSync(join(folder, '_dicom_dict.py'), 'utf8'))
writeFileSync(
  join(output, 'dictionary.ts'),
  `${header}/** ggggeeee VR keyword */\nexport const elementLines = \`${elements.join('\n')}\`\n\n/** Repeating groups: x stands for any hex digit. */\nexport const repeaterLines = \`${repeaters.join('\n')}\`\n`,
)
const classes = storageSopClassLines(readFileSync(join(folder, '_uid_dict.py'), 'utf8'))
writeFileSync(
  join(output, 'storage-sop-classes.ts'),
  `${header}/** uid|R when retired|keyword|name */\nexport const storageSopClassLines = \`${classes.join('\n')}\`\n`,
)
process.stdout.write(
  `${elements.length} elements, ${repeaters.length} repeaters, ${classes.length} storage SOP classes\n`,
)
