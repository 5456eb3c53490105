import { describe, expect, it } from 'vitest'
import { openObjectStore, parseS3Url } from './open-object-store.ts'

const o = { homeFolder: '/home/vna' }

describe('object store URL', () => {
  it('names a folder, absolute or below the home folder', () => {
    for (const [url, path] of [
      ['file:', '/home/vna/objects'],
      ['file:packs', '/home/vna/packs'],
      ['file:/srv/objects', '/srv/objects'],
      ['file:///srv/a%20b', '/srv/a b'],
    ] as const) {
      const store = openObjectStore(url, o)
      expect([store.kind, store.describe()]).toEqual(['file', `file:${path}`])
    }
  })

  it('names a bucket, with a prefix and where to find it', () => {
    const url = 's3://archive/region/packs?endpoint=http://127.0.0.1:8000&region=eu-south-1&forcePathStyle=true'
    expect(parseS3Url(url, { ...o, createBucket: false, limits: { maxAttempts: 2 } })).toMatchObject({
      bucket: 'archive',
      keyPrefix: 'region/packs/',
      endpoint: 'http://127.0.0.1:8000',
      region: 'eu-south-1',
      forcePathStyle: true,
      createBucket: false,
      limits: { maxAttempts: 2, maxSockets: 64 },
    })
    expect(parseS3Url('s3://archive', o)).toMatchObject({ keyPrefix: '', region: 'us-east-1', forcePathStyle: false })
    expect(openObjectStore(url, o).describe()).toBe('s3://archive/region/packs/ at http://127.0.0.1:8000')
  })

  it('is refused when it says something that would be ignored', () => {
    for (const url of [
      'packs',
      'http://host/x',
      's3:',
      's3://A_B!',
      's3://key:secret@bucket',
      's3://bucket/a b',
      's3://bucket?endpoint=nowhere',
      's3://bucket?forcepathstyle=true',
      'file:x?y=1',
      'file://host/x',
      'file:%zz',
    ]) {
      expect(() => openObjectStore(url, o), url).toThrow(expect.objectContaining({ code: 'bad-url' }))
    }
  })

  it('tells how each operation went', async () => {
    const told: string[] = []
    const store = openObjectStore('file:/nowhere/at/all', {
      ...o,
      observe: (operation, outcome) => told.push(`${operation} ${outcome}`),
    })
    expect(await store.head('a')).toBeUndefined()
    await expect(store.read('a')).rejects.toMatchObject({ code: 'missing-object' })
    expect(told).toEqual(['head ok', 'read missing-object'])
  })
})
