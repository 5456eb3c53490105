import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
// Keys and certificates only: one authority, a server for localhost, a client.
import * as certificates from '../../packages/dicom-net/src/testing/certificates.ts'
import { Archive } from './support/archive.ts'
import { runProgram } from './support/programs.ts'
import { queryDatabase } from './support/sql.ts'
import { waitFor } from './support/wait.ts'

const certificateSubject = 'C=IT,O=ASST Test\\, Ospedale,CN=modality-1'
const entity = 'ASST-TLS'

let folder: string
let archive: Archive
const pem = (name: keyof typeof certificates) => join(folder, `${name}.pem`)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vna-tls-'))
  for (const [name, text] of Object.entries(certificates)) writeFileSync(pem(name as keyof typeof certificates), text)
  archive = await Archive.start({
    env: {
      VNA_TLS_CERT: pem('serverCert'),
      VNA_TLS_KEY: pem('serverKey'),
      VNA_TLS_CLIENT_CA: pem('caCert'),
    },
  })
  // Known by its certificate alone: its AE title is nobody's.
  await archive.addEntity({
    code: entity,
    aeTitles: ['OTHER_TITLE'],
    extra: ['--certificate-subject', certificateSubject],
  })
})

afterAll(async () => {
  await archive?.dispose()
  await rm(folder, { recursive: true, force: true })
})

/** DCMTK over TLS; `+cf` is the authority it trusts. */
function echo(o: { port: number; flags: readonly string[] }) {
  const args = [...o.flags, '-aet', 'ANYBODY', '-aec', 'VNA', '127.0.0.1', String(o.port)]
  return runProgram('echoscu', args, { env: { ...process.env, TCP_NODELAY: '1' } })
}

describe('the DIMSE port over TLS', () => {
  const withClientCertificate = () => ['+tls', pem('clientKey'), pem('clientCert'), '+cf', pem('caCert')]

  it('knows an entity by its client certificate', async () => {
    const result = await echo({ port: archive.ports.dimseTls, flags: withClientCertificate() })
    expect(result.stderr).toBe('')
    expect(result.exitCode).toBe(0)
    const callers =
      "select e.code from transmissions t join entities e on e.id = t.entity_id where t.client = 'ANYBODY'"
    const find = async () => (await queryDatabase(archive.home, callers)).at(0)
    expect(await waitFor(find, { timeoutMs: 20_000, what: 'the transmission' })).toEqual({ code: entity })
  })

  it('rejects the same caller without a certificate, as an unknown one', async () => {
    const result = await echo({ port: archive.ports.dimseTls, flags: ['+tla', '+cf', pem('caCert')] })
    expect(result.exitCode).not.toBe(0)
    expect(result.stderr).toContain('Rejected')
  })

  it('is not spoken to by a client that trusts another authority', async () => {
    const result = await echo({ port: archive.ports.dimseTls, flags: ['+tla', '+cf', pem('clientCert')] })
    expect(result.exitCode).not.toBe(0)
    expect(result.stderr).not.toContain('Rejected')
  })

  it('does not answer in the clear, and the clear port does not speak TLS', async () => {
    expect((await echo({ port: archive.ports.dimseTls, flags: [] })).exitCode).not.toBe(0)
    expect((await echo({ port: archive.ports.dimse, flags: withClientCertificate() })).exitCode).not.toBe(0)
  })
})
