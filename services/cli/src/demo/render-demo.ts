export type DemoResult = {
  readonly baseUrl: string
  readonly token: string
  readonly entities: readonly { readonly code: string; readonly name: string; readonly instances: number }[]
}

/** Where to look, in lines that can be pasted into a terminal. */
export function renderDemo(o: DemoResult): string {
  const curl = `curl -s -H "authorization: Bearer $TOKEN"`
  return [
    'demo ready',
    ...o.entities.map(({ code, name, instances }) => `  ${code} (${name}) sent ${instances} instances`),
    '  look as the FSE does, for the next 12 hours:',
    `    TOKEN=${o.token}`,
    `    ${curl} ${o.baseUrl}/studies`,
    `    ${curl} "${o.baseUrl}/studies?ModalitiesInStudy=CT&includefield=StudyDescription"`,
    `    ${curl} ${o.baseUrl}/instances?limit=5`,
    '  and as the operator does: ./vna entity list, ./vna quarantine list, ./vna verify',
  ].join('\n')
}
