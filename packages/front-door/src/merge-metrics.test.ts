import { describe, expect, it } from 'vitest'
import { mergeMetrics } from './merge-metrics.ts'

const gateway = `# HELP vna_x Things
# TYPE vna_x counter
vna_x{service="gateway"} 1

# HELP vna_h Times
# TYPE vna_h histogram
vna_h_bucket{le="1",service="gateway"} 2
vna_h_sum{service="gateway"} 3
`
const query = `# HELP vna_h Times
# TYPE vna_h histogram
vna_h_bucket{le="1",service="query"} 4
# HELP vna_x Things
# TYPE vna_x counter
vna_x{service="query"} 5
`

describe('mergeMetrics', () => {
  it('keeps a family together under one head', () => {
    expect(mergeMetrics([gateway, query])).toBe(`# HELP vna_x Things
# TYPE vna_x counter
vna_x{service="gateway"} 1
vna_x{service="query"} 5
# HELP vna_h Times
# TYPE vna_h histogram
vna_h_bucket{le="1",service="gateway"} 2
vna_h_sum{service="gateway"} 3
vna_h_bucket{le="1",service="query"} 4
`)
  })

  it('is empty for nothing', () => expect(mergeMetrics(['', '\n'])).toBe(''))
})
