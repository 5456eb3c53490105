import { createHash } from 'node:crypto'
import type { Sql } from '@vna/database'
import { appendEvents, CatalogError, runTransaction } from '@vna/database'
import { publicationLimits } from './limits.ts'

export interface GeneratedAccession {
  readonly accessionNumber: string
  readonly issuer: string
}

/**
 * The number this archive makes for a study that has none (MADO, absent case), the same one for ever: a decision in the ledger,
 * since reports carry it.
 */
export async function ensureAccession(sql: Sql, studyInstanceUid: string, issuer: string): Promise<GeneratedAccession> {
  return runTransaction(sql, async (tx) => {
    for (let salt = 0; salt < publicationLimits.maxAccessionAttempts; salt++) {
      const accessionNumber = accessionNumberOf(studyInstanceUid, salt)
      const inserted = await tx<{ createdAt: Date }[]>`
        insert into generated_accessions (study_instance_uid, accession_number, issuer, created_at)
        values (${studyInstanceUid}, ${accessionNumber}, ${issuer}, clock_timestamp())
        on conflict do nothing returning created_at as "createdAt"`
      if (inserted[0] !== undefined) {
        const payload = { studyInstanceUid, accessionNumber, issuer, createdAt: inserted[0].createdAt.toISOString() }
        await appendEvents(tx, [{ type: 'accession-generated', payload }])
        return { accessionNumber, issuer }
      }
      const [known] = await tx<GeneratedAccession[]>`
        select accession_number as "accessionNumber", issuer from generated_accessions
        where study_instance_uid = ${studyInstanceUid}`
      if (known !== undefined) return known
    }
    throw new CatalogError('conflict', 'no free accession number was found')
  })
}

/** VR SH: at most 16 characters. 65 bits of the study's UID, in the letters and digits that are not mistaken for each other. */
function accessionNumberOf(studyInstanceUid: string, salt: number): string {
  const digest = createHash('sha256')
    .update(salt === 0 ? studyInstanceUid : `${studyInstanceUid}/${salt}`)
    .digest()
  const letters = [...digest.subarray(0, 13)].map((byte) => alphabet.charAt(byte % alphabet.length))
  return `VNA${letters.join('')}`
}

/** Crockford's 32. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
