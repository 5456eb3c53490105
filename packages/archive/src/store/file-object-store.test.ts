import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeObjectStore } from '../object-store-contract.ts'
import { FileObjectStore } from './file-object-store.ts'

describeObjectStore('files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  return { store: new FileObjectStore(join(folder, 'root')), dispose: () => rm(folder, { recursive: true }) }
})

it('links a file instead of copying it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-'))
  const store = new FileObjectStore(join(folder, 'root'))
  await store.prepare()
  await writeFile(join(folder, 'segment'), 'bytes')
  await store.put('packs/a.tar', { path: join(folder, 'segment') }, { sizeBytes: 5 })
  const [source, object] = await Promise.all([stat(join(folder, 'segment')), stat(join(folder, 'root/packs/a.tar'))])
  expect(object.ino).toBe(source.ino)
  await store.close()
  await rm(folder, { recursive: true })
})
