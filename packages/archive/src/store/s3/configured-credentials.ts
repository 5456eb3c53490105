import type { S3Credentials } from './s3-options.ts'

/** The usual AWS variables as a service's configuration holds them; a secret is revealed where it is used. */
export interface ConfiguredCredentials {
  readonly awsAccessKeyId: string | undefined
  readonly awsSecretAccessKey: { reveal(): string } | undefined
  readonly awsSessionToken: { reveal(): string } | undefined
}

/** `credentials` for `openObjectStore`; nothing where none are set: then the SDK looks where it usually does. */
export function configuredCredentials(config: ConfiguredCredentials): { credentials?: S3Credentials } {
  const { awsAccessKeyId: accessKeyId, awsSecretAccessKey, awsSessionToken } = config
  if (accessKeyId === undefined || awsSecretAccessKey === undefined) return {}
  const session = awsSessionToken === undefined ? {} : { sessionToken: awsSessionToken.reveal() }
  return { credentials: { accessKeyId, secretAccessKey: awsSecretAccessKey.reveal(), ...session } }
}
