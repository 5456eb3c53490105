import { ArchiveError } from './archive-error.ts'

/** `YYYYMMDDThhmmssSSS-<counter>-<random>`: sorts by time, and serves as job id and file name. */
const segmentIdPattern = /^(\d{4})(\d{2})(\d{2})T\d{9}-[0-9a-z]+-[0-9a-z]+$/
/** Also the end of a queue name and a part of object keys. */
const journalIdPattern = /^[a-z][a-z0-9-]{0,62}$/

export function isSegmentId(text: string): boolean {
  return segmentIdPattern.test(text)
}

export function isJournalId(text: string): boolean {
  return journalIdPattern.test(text)
}

/** The same segment always has the same key, whoever archives it and however often. */
export function packKeyOf(journalId: string, segmentId: string): string {
  const date = segmentIdPattern.exec(segmentId)
  if (date === null || !isJournalId(journalId)) throw new ArchiveError('bad-key', { details: { journalId, segmentId } })
  return `packs/${date[1]}/${date[2]}/${date[3]}/${journalId}/${segmentId}.tar`
}

export function sidecarKeyOf(packKey: string): string {
  if (!packKey.endsWith('.tar')) throw new ArchiveError('bad-key', { details: { packKey } })
  return packKey.replace(/\.tar$/, '.sidecar.zst')
}

/** The inverse of `packKeyOf`; `undefined` for a key that is no pack's. */
export function parsePackKey(key: string): { journalId: string; segmentId: string } | undefined {
  const found = /^packs\/\d{4}\/\d{2}\/\d{2}\/([^/]+)\/([^/]+)\.tar$/.exec(key)
  const [, journalId, segmentId] = found ?? []
  if (journalId === undefined || segmentId === undefined) return undefined
  if (!isJournalId(journalId) || !isSegmentId(segmentId) || packKeyOf(journalId, segmentId) !== key) return undefined
  return { journalId, segmentId }
}
