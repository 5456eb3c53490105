import { optionalVariable, schemas, variable } from '@vna/runtime'

const { integer, oneOf, secret, text, url } = schemas

const oid = text.regex(/^[0-2](\.(0|[1-9]\d*))+$/, 'must be an OID')
const maxRegistryTimeoutMs = 300_000

/** Settings of manifests, their submission and the webhook. */
export const publicationTable = {
  publicUrl: optionalVariable({
    name: 'VNA_PUBLIC_URL',
    defaultNote: 'the front door on this host',
    schema: url(['http:', 'https:']),
    description: 'address of the archive that manifests and notifications name',
  }),
  viewerUrl: optionalVariable({
    name: 'VNA_VIEWER_URL',
    schema: url(['http:', 'https:']),
    description: 'address that opens a study in a viewer, `{study}` standing for its UID; unset: manifests name none',
  }),
  manifestProfile: variable({
    name: 'VNA_MANIFEST_PROFILE',
    defaultText: 'mado-ti',
    schema: oneOf(['xdsi', 'mado-ti']),
    description: 'codes of the KOS manifests: `xdsi` or `mado-ti`',
  }),
  accessionIssuerOid: variable({
    name: 'VNA_ACCESSION_ISSUER_OID',
    defaultText: '2.25.217650012372945137301947622811937612943',
    schema: oid,
    description: 'issuer of the accession numbers that the archive makes for studies without one',
  }),
  retrieveLocationUid: variable({
    name: 'VNA_RETRIEVE_LOCATION_UID',
    defaultText: '2.25.98714305173940254176110862047365120881',
    schema: oid,
    description: 'OID under which a region knows the WADO-RS service of this archive',
  }),
  timezoneOffset: variable({
    name: 'VNA_TIMEZONE_OFFSET',
    defaultText: '+0100',
    schema: text.regex(/^[+-](0\d|1[0-4])[0-5]\d$/, 'must be like +0100'),
    description: 'time zone of manifests, and of studies that name none',
  }),
  fseRegistrySearch: variable({
    name: 'VNA_FSE_REGISTRY_SEARCH',
    defaultText: 'identifier',
    schema: oneOf(['identifier', 'none']),
    description: 'how an external registry may be asked what it holds (ITI-67): `identifier`, or `none`',
  }),
  fseRegistryWithdraw: variable({
    name: 'VNA_FSE_REGISTRY_WITHDRAW',
    defaultText: 'delete',
    schema: oneOf(['delete', 'entered-in-error']),
    description: 'how entries are withdrawn there: `delete`, or by status `entered-in-error`',
  }),
  fseRegistryTimeoutMs: variable({
    name: 'VNA_FSE_REGISTRY_TIMEOUT_MS',
    defaultText: '15000',
    schema: integer(100, maxRegistryTimeoutMs),
    description: 'longest wait for an answer of the external registry',
  }),
  fseRegistryConcurrency: variable({
    name: 'VNA_FSE_REGISTRY_CONCURRENCY',
    defaultText: '6',
    schema: integer(1, 32),
    description: 'studies that are published at the same time',
  }),
  fseWebhookUrl: optionalVariable({
    name: 'VNA_FSE_WEBHOOK_URL',
    schema: url(['http:', 'https:']),
    description: 'told when a manifest or a link appears or changes',
  }),
  fseWebhookSecret: optionalVariable({
    name: 'VNA_FSE_WEBHOOK_SECRET',
    schema: secret,
    description: 'key of the signature (HMAC-SHA256) on what it is told; the webhook needs one',
  }),
}
