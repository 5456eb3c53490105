import type tls from 'node:tls'

/**
 * The secure transport connection profile after BCP 195 (PS3.15 Annex B, RFC 9325): TLS 1.2 and 1.3, forward secrecy and
 * authenticated encryption alone.
 */
const bcp195Profile = Object.freeze({
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_AES_128_GCM_SHA256',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'DHE-RSA-AES128-GCM-SHA256',
    'DHE-RSA-AES256-GCM-SHA384',
  ].join(':'),
} as const satisfies tls.SecureContextOptions)

/** Keys and certificates in PEM. */
export interface TlsServerOptions {
  readonly key: string | Buffer
  readonly cert: string | Buffer
  /** Whom client certificates must come from. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[]
  /** 'require': a client without a valid certificate is refused. Default: 'request' when `ca` is given, else 'none'. */
  readonly clientCertificate?: 'none' | 'request' | 'require'
}

export interface TlsClientOptions {
  readonly ca?: string | Buffer | readonly (string | Buffer)[]
  readonly key?: string | Buffer
  readonly cert?: string | Buffer
  /** Name the server's certificate must carry; default: the host. */
  readonly serverName?: string
}

type Pem = string | Buffer
type MutablePem = Pem | Pem[]

function mutable(ca: Pem | readonly Pem[]): MutablePem {
  return typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca]
}

export function tlsServerOptions(o: TlsServerOptions): tls.TlsOptions {
  const clientCertificate = o.clientCertificate ?? (o.ca === undefined ? 'none' : 'request')
  return {
    ...bcp195Profile,
    honorCipherOrder: true,
    key: o.key,
    cert: o.cert,
    ...(o.ca === undefined ? {} : { ca: mutable(o.ca) }),
    requestCert: clientCertificate !== 'none',
    rejectUnauthorized: clientCertificate === 'require',
  }
}

export function tlsClientOptions(o: TlsClientOptions): tls.ConnectionOptions {
  return {
    ...bcp195Profile,
    ...(o.ca === undefined ? {} : { ca: mutable(o.ca) }),
    ...(o.key === undefined ? {} : { key: o.key }),
    ...(o.cert === undefined ? {} : { cert: o.cert }),
    ...(o.serverName === undefined ? {} : { servername: o.serverName }),
  }
}

/** Subject of a verified client certificate as `CN=…,O=…`; undefined without one. */
export function certificateSubjectOf(socket: tls.TLSSocket): string | undefined {
  if (!socket.authorized) return undefined
  const { subject } = socket.getPeerCertificate()
  if (subject === undefined || subject === null) return undefined
  const parts = Object.entries(subject).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${name}=${escapeRdn(String(one))}`),
  )
  return parts.length === 0 ? undefined : parts.join(',')
}

/** RFC 4514 2.4: so that a value cannot pretend to be another attribute. */
function escapeRdn(value: string): string {
  return value.replace(/[,+"\\<>;=]/g, (character) => `\\${character}`)
}
