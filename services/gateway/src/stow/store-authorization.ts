/** Who may store over HTTP; the access rules answer it. */
export interface StoreAuthorization {
  readonly entityCode: string
  /** Subject of the token: what the pack and the transmission row say of the client. */
  readonly client: string
}

/** Throws GatewayError `unauthorized` or `forbidden`. */
export type AuthorizeStore = (authorizationHeader: string | undefined) => Promise<StoreAuthorization>
