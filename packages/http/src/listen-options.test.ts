import { describe, expect, it } from 'vitest'
import { decideListenOptions, ListenOptionsError } from './listen-options.ts'

const config = { bind: '127.0.0.1', httpPort: 8080, insecure: false, tlsCert: undefined, tlsKey: undefined }

describe('decideListenOptions', () => {
  it('listens in the clear on loopback only, unless told to', () => {
    expect(decideListenOptions(config)).toEqual({ host: '127.0.0.1', port: 8080, tls: undefined })
    for (const bind of ['::1', 'localhost', '127.1.2.3'])
      expect(decideListenOptions({ ...config, bind }).host).toBe(bind)
    for (const bind of ['0.0.0.0', '::', '10.0.0.1', 'vna.example', '127.evil.example']) {
      expect(() => decideListenOptions({ ...config, bind })).toThrow(ListenOptionsError)
      expect(decideListenOptions({ ...config, bind, insecure: true }).host).toBe(bind)
    }
  })

  it('takes certificate and key together', () => {
    const tls = { tlsCert: '/c.pem', tlsKey: '/k.pem' }
    expect(decideListenOptions({ ...config, bind: '0.0.0.0', ...tls }).tls).toEqual({
      certPath: '/c.pem',
      keyPath: '/k.pem',
    })
    expect(() => decideListenOptions({ ...config, tlsCert: '/c.pem' })).toThrow(ListenOptionsError)
  })
})
