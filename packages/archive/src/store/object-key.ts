import { ArchiveError } from '../archive-error.ts'

const maxKeyBytes = 900 // S3 allows 1024, a prefix may come before it
const componentPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/

/** Throws `bad-key` for whatever could leave the root of a file store, or mean another object in another store. */
export function requireKey(key: string): void {
  if (key.length > maxKeyBytes || !key.split('/').every((part) => componentPattern.test(part))) {
    throw new ArchiveError('bad-key')
  }
}
