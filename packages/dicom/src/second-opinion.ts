import { inflateRawSync } from 'node:zlib'
import dicomParser, { type DataSet } from 'dicom-parser'
import { keywordOf, tagToHex } from './dictionary.ts'

export interface SecondOpinion {
  /** Top level, in order, File Meta included: without values, so that an operator may see it. */
  readonly elements: readonly SecondOpinionElement[]
  /** What the reader complained of, after which it read no further. */
  readonly problem?: string
}

export interface SecondOpinionElement {
  /** 'GGGGEEEE' */
  readonly tag: string
  readonly keyword?: string
  /** Absent in implicit VR. */
  readonly vr?: string
  /** Of the value in the file. */
  readonly lengthBytes: number
  /** Of a sequence. */
  readonly items?: number
}

/** It wants the whole file in memory, and recurses: for one file at an operator's hand, never for what arrives. */
export const maxSecondOpinionBytes = 256 * 1024 * 1024

/**
 * How dicom-parser, a reader that shares no code with ours, understands a Part 10 file: a second opinion on what our
 * scanner refused. Never throws for what the file holds.
 */
export function readSecondOpinion(file: Uint8Array): SecondOpinion {
  try {
    return { elements: elementsOf(dicomParser.parseDicom(file, { inflater })) }
  } catch (thrown) {
    // It throws what it has read so far along with the error.
    const { exception, dataSet } = partOf(thrown)
    return { elements: dataSet === undefined ? [] : elementsOf(dataSet), problem: messageOf(exception) }
  }
}

function inflater(bytes: Uint8Array, position: number): Uint8Array {
  const meta = bytes.subarray(0, position)
  return Buffer.concat([meta, inflateRawSync(bytes.subarray(position), { maxOutputLength: maxSecondOpinionBytes })])
}

function elementsOf(dataSet: DataSet): readonly SecondOpinionElement[] {
  const found = Object.values(dataSet.elements).toSorted((a, b) => a.dataOffset - b.dataOffset)
  return found.map(({ tag, vr, length, items }) => {
    const hex = tag.slice(1).toUpperCase()
    const keyword = keywordOf(Number.parseInt(hex, 16))
    return {
      tag: tagToHex(Number.parseInt(hex, 16)),
      ...(keyword !== undefined && { keyword }),
      ...(vr !== undefined && { vr }),
      lengthBytes: length,
      ...(items !== undefined && { items: items.length }),
    }
  })
}

function partOf(thrown: unknown): { exception: unknown; dataSet?: DataSet | undefined } {
  const isPart = typeof thrown === 'object' && thrown !== null && 'exception' in thrown
  return isPart ? (thrown as { exception: unknown; dataSet?: DataSet }) : { exception: thrown }
}

function messageOf(exception: unknown): string {
  if (exception instanceof Error) return exception.message
  return typeof exception === 'string' ? exception : 'not readable'
}
