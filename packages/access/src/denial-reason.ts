/** Why somebody who came by a connection is nobody that the archive knows. */
export type UnknownReason = 'caller-unknown' | 'called-name-unknown' | 'entity-not-active'

/** Why the rules say no. A closed set: it is in the audit trail and, as `reason`, in the answer. */
export type DenialReason =
  | UnknownReason
  | 'consent-unknown'
  | 'purpose-missing'
  | 'role-may-not-read'
  | 'role-may-not-store'
  | 'role-may-not-operate'
  | 'role-may-not-administer'
  | 'role-may-not-set-visibility'
  | 'role-may-not-associate'
  | 'view-not-allowed'
  /** A token limited to a patient, of a role that is not about single patients. */
  | 'role-has-no-patient'
  /** What is sent is about somebody else than the patient of the token. */
  | 'other-patient'
