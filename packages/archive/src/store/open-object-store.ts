import { resolve } from 'node:path'
import { ArchiveError } from '../archive-error.ts'
import { DeferredObjectStore } from './deferred-object-store.ts'
import { FileObjectStore } from './file-object-store.ts'
import type { ObjectStore, ObserveObjectStore } from './object-store.ts'
import { observeObjectStore } from './observe-object-store.ts'
import { defaultS3Limits, type S3Limits } from './s3/s3-limits.ts'
import type { S3Credentials, S3Options } from './s3/s3-options.ts'

export interface OpenObjectStoreOptions {
  credentials?: S3Credentials
  /** A relative `file:` path starts here. */
  homeFolder: string
  observe?: ObserveObjectStore
  /** `prepare` makes a bucket that is missing; default true. */
  createBucket?: boolean
  limits?: Partial<S3Limits>
}

const defaultFolder = 'objects'
const defaultRegion = 'us-east-1'

/**
 * The store a URL names: `file:` with a path (absolute, or below `homeFolder`; default `objects`), or
 * `s3://bucket/prefix?endpoint=http://host:port&region=…&forcePathStyle=true`. Connects to nothing yet. Throws `bad-url`.
 */
export function openObjectStore(url: string, o: OpenObjectStoreOptions): ObjectStore {
  const store = url.startsWith('file:') ? openFileStore(url, o) : openS3Store(parseS3Url(url, o))
  return o.observe === undefined ? store : observeObjectStore(store, o.observe)
}

function openFileStore(url: string, o: OpenObjectStoreOptions): ObjectStore {
  const path = url.slice('file:'.length).replace(/^\/\/(?=\/)/, '')
  if (path.startsWith('//') || path.includes('?')) throw badUrl('not a local path')
  return new FileObjectStore(resolve(o.homeFolder, path === '' ? defaultFolder : decodePath(path)))
}

function openS3Store(options: S3Options): ObjectStore {
  const { bucket, keyPrefix, endpoint } = options
  return new DeferredObjectStore({
    kind: 's3',
    description: `s3://${bucket}/${keyPrefix}${endpoint === undefined ? '' : ` at ${endpoint}`}`,
    load: async () => new (await import('./s3/s3-object-store.ts')).S3ObjectStore(options),
  })
}

export function parseS3Url(text: string, o: OpenObjectStoreOptions): S3Options {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 's3:') throw badUrl('neither file: nor s3:')
  if (url.username !== '' || url.password !== '') throw badUrl('credentials do not belong in the URL')
  if (!/^[a-z0-9][a-z0-9._-]{1,62}$/.test(url.hostname)) throw badUrl('no bucket name')
  for (const name of url.searchParams.keys()) {
    if (!['endpoint', 'region', 'forcePathStyle'].includes(name)) throw badUrl('unknown parameter')
  }
  const endpoint = url.searchParams.get('endpoint') ?? undefined
  if (endpoint !== undefined && !/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : '')) {
    throw badUrl('endpoint is no http(s) URL')
  }
  return {
    bucket: url.hostname,
    keyPrefix: prefixOf(url.pathname),
    ...(endpoint === undefined ? {} : { endpoint }),
    region: url.searchParams.get('region') ?? defaultRegion,
    forcePathStyle: url.searchParams.get('forcePathStyle') === 'true',
    ...(o.credentials === undefined ? {} : { credentials: o.credentials }),
    createBucket: o.createBucket ?? true,
    limits: { ...defaultS3Limits, ...o.limits },
  }
}

function prefixOf(pathname: string): string {
  const parts = pathname.split('/').filter(Boolean)
  if (!parts.every((part) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(part))) throw badUrl('prefix')
  return parts.map((part) => `${part}/`).join('')
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw badUrl('path')
  }
}

function badUrl(reason: string): ArchiveError {
  return new ArchiveError('bad-url', { details: { reason } })
}
