import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildKosManifest, type ManifestProfile } from '../../packages/fse/src/index.ts'
import {
  generated,
  inventedStudy,
  manifestOptions,
  ordered,
  second,
  simple,
} from '../../packages/fse/src/manifest/testing/invented-study.ts'

const requestCases = { simple: [simple], group: [simple, second], absent: [generated], ordered: [ordered] } as const
/** Value types that CP-2595 adds to the document: dciodvfy is older. */
const newValueTypes = /^Error - Unrecognized enumerated value <(NUM|DATE|TIME)> for value 1 of attribute <Value Type>$/
/** Display URI (0040,E012), likewise. */
const newAttribute =
  /^Error - Attribute with an even group number is not a recognized standard attribute - \(0x0040,0xe012\)/
const allowed: Readonly<Record<ManifestProfile, readonly RegExp[]>> = {
  xdsi: [],
  'mado-ti': [newValueTypes],
  'mado-final': [newValueTypes, newAttribute],
}

/** All it prints, whatever its exit code: that is 1 for any error, the allowed ones too. */
function dciodvfy(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('dciodvfy', [path], (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error)
      else resolve(`${stdout}${stderr}`)
    })
  })
}

describe('a KOS manifest before dciodvfy', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kos-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const cases = (Object.keys(allowed) as ManifestProfile[]).flatMap((profile) =>
    (Object.keys(requestCases) as (keyof typeof requestCases)[]).map((requests) => [profile, requests] as const),
  )

  it.each(cases)('has no errors: %s, %s', async (profile, requests) => {
    const path = join(folder, `${profile}-${requests}.dcm`)
    const study = inventedStudy({ requests: requestCases[requests] })
    await writeFile(path, buildKosManifest(study, manifestOptions(profile)))
    const output = await dciodvfy(path)
    expect(output).toContain('KeyObjectSelectionDocument')
    const errors = output.split('\n').filter((line) => line.startsWith('Error'))
    expect(errors.filter((line) => !allowed[profile].some((pattern) => pattern.test(line)))).toEqual([])
  })
})
