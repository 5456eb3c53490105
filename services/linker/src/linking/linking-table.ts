import { optionalVariable, schemas } from '@vna/runtime'

/** Settings of linking. */
export const linkingTable = {
  liveSince: optionalVariable({
    name: 'VNA_LIVE_SINCE',
    schema: schemas.text.regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be like 2026-11-24'),
    description: 'day on which the archive went live: reports of studies before it are linked by people only',
  }),
}
