import { createHash } from 'node:crypto'
import { createAcceptor, type DimseOutcome } from '../../packages/dicom-net/src/index.ts'

/** What the acceptor does with the nth association or C-STORE, counted from 0; the rest succeeds. */
export interface AcceptorScript {
  readonly rejectAssociation?: (n: number) => { result: 1 | 2; source: 1 | 2 | 3; reason: number } | undefined
  readonly answerStore?: (n: number, sopInstanceUid: string) => DimseOutcome | 'abort' | undefined
}

export interface ScriptedAcceptor {
  readonly port: number
  /** SHA-256 of the data set by SOP Instance UID, for those answered with success. */
  readonly stored: ReadonlyMap<string, string>
  readonly associations: () => number
  /** Presentation contexts proposed, by association. */
  readonly proposals: readonly number[]
  close(): Promise<void>
}

export async function startScriptedAcceptor(script: AcceptorScript): Promise<ScriptedAcceptor> {
  const stored = new Map<string, string>()
  const proposals: number[] = []
  let stores = 0
  const acceptor = createAcceptor({
    host: {
      decideAssociation: async (request) => {
        const rejection = script.rejectAssociation?.(proposals.length)
        proposals.push(request.presentationContexts.length)
        return rejection === undefined ? { accept: true, context: undefined } : { accept: false, ...rejection }
      },
      beginStore: (association, request) => {
        const hash = createHash('sha256')
        const n = stores++
        return {
          write: (fragments) => {
            for (const fragment of fragments) hash.update(fragment)
          },
          end: async () => {
            const answer = script.answerStore?.(n, request.affectedSopInstanceUid)
            if (answer === 'abort') {
              association.abort('scripted')
              return { status: 0x0110 }
            }
            if (answer !== undefined) return answer
            stored.set(request.affectedSopInstanceUid, hash.digest('hex'))
            return { status: 0x0000 }
          },
          abort: () => undefined,
        }
      },
      associationEnded: () => undefined,
    },
  })
  const { port } = await acceptor.listen({ port: 0, host: '127.0.0.1' })
  return {
    port,
    stored,
    proposals,
    associations: () => proposals.length,
    close: () => acceptor.close({ graceMs: 0 }),
  }
}
