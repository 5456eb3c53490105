import { describe, expect, it } from 'vitest'
import { parseConfig } from './config.ts'
import { checkPorts } from './stack/preflight.ts'

describe('parseConfig', () => {
  it('makes folders absolute and fills in what depends on them', () => {
    const config = parseConfig({ VNA_HOME: 'data' }, '/srv/vna')
    expect(config.home).toBe('/srv/vna/data')
    expect(config.objectStore).toBe('file:///srv/vna/data/objects')
    expect(parseConfig({ VNA_OBJECT_STORE: 's3://b/p' }, '/').objectStore).toBe('s3://b/p')
  })
})

describe('checkPorts', () => {
  it('refuses to listen without TLS beyond this machine unless told so', async () => {
    const ports = { VNA_HTTP_PORT: '0', VNA_DIMSE_PORT: 'off' }
    await expect(checkPorts(parseConfig({ ...ports, VNA_BIND: '0.0.0.0' }, '/'))).rejects.toMatchObject({
      code: 'unsafe-bind',
    })
    await checkPorts(parseConfig({ ...ports, VNA_BIND: '0.0.0.0', VNA_INSECURE: '1' }, '/'))
    await checkPorts(parseConfig(ports, '/'))
  })
})
