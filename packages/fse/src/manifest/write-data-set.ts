import { explicitVrLittleEndian } from '@vna/dicom'
import dcmjs from 'dcmjs'
import type { DataSet } from './elements.ts'

const { DicomMessage, WriteBufferStream } = dcmjs.data
/** Holds most elements of a manifest without growing. */
const streamBytes = 128
const itemStart = Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff)
const itemEnd = Uint8Array.of(0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0)
const sequenceEnd = Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0)

/**
 * The bytes that dcmjs writes for a data set, Explicit VR Little Endian. dcmjs writes the elements, equal ones once; items
 * and sequences (PS3.5 7.5, undefined length) are put round them here, because dcmjs copies all that is inside a sequence
 * at each level and looks for the place to write from the first of its 256-byte buffers on. 5,000 instances
 * take 0.4 s so; `DicomDict.write()` takes 2.2 s for the same bytes.
 */
export function writeDataSet(dataSet: DataSet): Uint8Array {
  const writing: Writing = { chunks: [], known: new Map() }
  appendDataSet(dataSet, writing)
  return Buffer.concat(writing.chunks)
}

interface Writing {
  readonly chunks: Uint8Array[]
  /** A manifest says the same codes for each instance, and each UID three times. */
  readonly known: Map<string, Uint8Array>
}

function appendDataSet(dataSet: DataSet, writing: Writing): void {
  for (const tag of Object.keys(dataSet).sort()) {
    const element = dataSet[tag]
    if (element === undefined) continue
    if (element.vr === 'SQ') appendSequence(tag, element.Value as readonly DataSet[], writing)
    else writing.chunks.push(elementBytes(tag, element, writing))
  }
}

function appendSequence(tag: string, items: readonly DataSet[], writing: Writing): void {
  writing.chunks.push(sequenceStart(tag))
  for (const item of items) {
    writing.chunks.push(itemStart)
    appendDataSet(item, writing)
    writing.chunks.push(itemEnd)
  }
  writing.chunks.push(sequenceEnd)
}

function elementBytes(tag: string, element: DataSet[string], { known }: Writing): Uint8Array {
  const key = `${tag}${element.vr}${element.Value.join('\\')}`
  const found = known.get(key)
  if (found !== undefined) return found
  const stream = new WriteBufferStream(streamBytes, true)
  DicomMessage.write({ [tag]: element }, stream, explicitVrLittleEndian, { allowInvalidVRLength: false })
  const bytes = new Uint8Array(stream.getBuffer())
  known.set(key, bytes)
  return bytes
}

/** Tag, VR, two reserved bytes, undefined length. */
function sequenceStart(tag: string): Uint8Array {
  const bytes = Buffer.alloc(12, 0xff)
  bytes.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0)
  bytes.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2)
  bytes.write('SQ\0\0', 4, 'latin1')
  return bytes
}
