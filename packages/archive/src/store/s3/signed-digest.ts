interface HeaderArguments {
  request: unknown
}
type Build<A extends HeaderArguments, R> = (args: A) => Promise<R>

/** The part of an SDK command that this needs, whatever its input and output. */
interface CommandWithBuildStep {
  middlewareStack: {
    add(
      middleware: <A extends HeaderArguments, R>(next: Build<A, R>) => Build<A, R>,
      o: { step: 'build'; name: string },
    ): void
  }
}

/**
 * Makes the command carry the SHA-256 of its body as `x-amz-content-sha256`. The SDK's signer keeps a header it finds
 * and signs it, so the server compares the body it received with the digest and refuses another
 * (`XAmzContentSHA256Mismatch`), storing nothing; for a stream as for a buffer.
 */
export function withSignedDigest<C extends CommandWithBuildStep>(command: C, sha256: Uint8Array): C {
  const hex = Buffer.from(sha256).toString('hex')
  command.middlewareStack.add(
    (next) => (args) => {
      const { request } = args as { request: { headers: Record<string, string> } }
      request.headers['x-amz-content-sha256'] = hex
      return next(args)
    },
    { step: 'build', name: 'signedDigest' },
  )
  return command
}
