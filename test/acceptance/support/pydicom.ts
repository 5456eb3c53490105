import { fileURLToPath } from 'node:url'
import { runProgram } from './programs.ts'

/** The interpreter that has pydicom, as the test set-up found it; Debian's own, unless that was unpacked. */
const python = process.env.VNA_TEST_PYTHON ?? '/usr/bin/python3'
const reader = fileURLToPath(new URL('./read_with_pydicom.py', import.meta.url))

export interface PydicomElement {
  readonly vr?: string
  readonly Value?: readonly unknown[]
  readonly InlineBinary?: string
  readonly sha256?: string
  readonly length?: number
  readonly raw?: string
  readonly fileVr?: string
  readonly unreadable?: string
}
export type PydicomDataSet = Readonly<Record<string, PydicomElement>>

/** Reads each file with pydicom: its data set as the DICOM JSON model, by path. */
export async function readWithPydicom(paths: readonly string[]): Promise<ReadonlyMap<string, PydicomDataSet>> {
  if (paths.length === 0) return new Map()
  const result = await runProgram(python, [reader], { input: `${paths.join('\n')}\n` })
  if (result.exitCode !== 0) throw new Error(`pydicom failed: ${result.stderr}`)
  const read = new Map<string, PydicomDataSet>()
  for (const line of result.stdout.split('\n')) {
    if (line === '') continue
    const answer = JSON.parse(line) as { path: string; elements?: PydicomDataSet; error?: string }
    if (answer.elements === undefined) throw new Error(`pydicom cannot read ${answer.path}: ${answer.error}`)
    read.set(answer.path, answer.elements)
  }
  return read
}
