const maxTextChars = 2_000

/** What an OperationOutcome says, issue by issue; of anything else the text itself. */
export function answerText(status: number, body: string): string {
  const issues = issuesOf(body)
  const said = issues.length > 0 ? issues.join('; ') : body.replaceAll(/\s+/g, ' ').trim()
  return `${status} ${said}`.trim().slice(0, maxTextChars)
}

function issuesOf(body: string): readonly string[] {
  const outcome = objectOf(parseJson(body))
  if (outcome.resourceType !== 'OperationOutcome' || !Array.isArray(outcome.issue)) return []
  return outcome.issue.map((issue: unknown) => {
    const { code, details, diagnostics } = objectOf(issue)
    return [code, objectOf(details).text, diagnostics].filter((part) => typeof part === 'string').join(': ')
  })
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
