/** Carries a failure of the caller's own code through a transaction, so that it is not taken for one of the database. */
class CallersFailure extends Error {
  readonly failure: unknown

  constructor(failure: unknown) {
    super('the work of the caller failed')
    this.failure = failure
  }
}

/** Runs the caller's code inside a transaction; whatever it throws comes out of `unwrapCallersWork` as it was. */
export async function callersWork<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new CallersFailure(error)
  }
}

export async function unwrapCallersWork<T>(transaction: () => Promise<T>): Promise<T> {
  try {
    return await transaction()
  } catch (error) {
    throw error instanceof CallersFailure && error.failure instanceof Error ? error.failure : error
  }
}
