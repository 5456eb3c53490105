/** Who calls, as far as the gateway cares; the registry of entities answers it. */
export type CallerResolution =
  | {
      readonly kind: 'known'
      readonly entityCode: string
      /** Private and unknown SOP classes the entity may send. */
      acceptsSopClass(sopClassUid: string): boolean
    }
  | {
      readonly kind: 'rejected'
      /** PS3.8 9.3.4: result, source and reason of the A-ASSOCIATE-RJ. */
      readonly rejection: { readonly result: 1 | 2; readonly source: 1 | 2 | 3; readonly reason: number }
    }

export interface CallerDirectory {
  resolve(caller: {
    readonly callingAeTitle: string
    readonly calledAeTitle: string
    readonly ourAeTitle: string
    readonly address: string
    readonly certificateSubject: string | undefined
  }): CallerResolution
}
