/**
 * Sidecars keep BulkDataURI relative to their instance: `{instance}/bulkdata/7FE00010`. The JSON text is served with the
 * token replaced and is never parsed; in JSON text a value of the data set cannot contain the sequence `"BulkDataURI":"{instance}/`
 * because its quotation marks would be escaped.
 */
export const bulkDataToken = '{instance}'

const needle = Buffer.from(`"BulkDataURI":"${bulkDataToken}/`, 'latin1')
const tokenStart = '"BulkDataURI":"'.length
const tokenEnd = tokenStart + bulkDataToken.length

/**
 * The pieces of `json` with the token replaced by `instanceUrl`; the unchanged stretches are views. Each is made when it is
 * asked for: a data set may have a million bulk values, and their URLs together be many times its text.
 */
export function* replaceBulkDataToken(json: Uint8Array, instanceUrl: string): Generator<Uint8Array, void, undefined> {
  const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength)
  const url = Buffer.from(JSON.stringify(instanceUrl).slice(1, -1), 'utf8')
  let at = 0
  for (let found = bytes.indexOf(needle); found >= 0; found = bytes.indexOf(needle, at)) {
    yield bytes.subarray(at, found + tokenStart)
    yield url
    at = found + tokenEnd
  }
  yield bytes.subarray(at)
}
