import { readFileSync } from 'node:fs'
import type { DicomWeb } from './dicomweb.ts'
import type { Sample } from './samples.ts'

const filesPerStowRequest = 20

/** Stores samples by STOW-RS, some files a request. Gives one line a request that was not wholly accepted. */
export async function storeByStow(web: DicomWeb, samples: readonly Sample[]): Promise<readonly string[]> {
  const refused: string[] = []
  for (let start = 0; start < samples.length; start += filesPerStowRequest) {
    const batch = samples.slice(start, start + filesPerStowRequest)
    const answer = await web.store(batch.map((sample) => readFileSync(sample.absolutePath)))
    if (answer.httpStatus !== 200 || answer.storedUids.length !== batch.length) {
      refused.push(`STOW ${answer.httpStatus}: ${JSON.stringify(answer.failures)} ${answer.text.slice(0, 300)}`)
    }
  }
  return refused
}
