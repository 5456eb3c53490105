import type { S3Limits } from './s3-limits.ts'

export interface S3Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

export interface S3Options {
  bucket: string
  /** Put before each key, '' or ending in '/'. */
  keyPrefix: string
  endpoint?: string
  region: string
  forcePathStyle: boolean
  /** Absent: the SDK's usual chain (environment, profile, role). */
  credentials?: S3Credentials
  /** `prepare` makes a bucket that is missing. */
  createBucket: boolean
  limits: S3Limits
}
