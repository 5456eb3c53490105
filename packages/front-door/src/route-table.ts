/** Who answers a request that came through the front door. */
export type RouteTarget =
  | { readonly kind: 'dicomweb' }
  | { readonly kind: 'live' | 'ready' | 'metrics' | 'metrics-targets' }
  /** Another service of the installation, found by its run record. */
  | { readonly kind: 'upstream'; readonly service: string; readonly isOptional: boolean }

/**
 * How a caller shows who it is: not at all, by a bearer token, or by a session of the console's pages. Until the console
 * brings its session, a bearer token is what it takes as well.
 */
export type Identification = 'none' | 'bearer' | 'session'

export interface Route {
  /** Metric label: one per line of the table, never a path as it was sent. */
  readonly label: string
  readonly methods: readonly string[] | 'any'
  readonly path: RegExp
  readonly asks: Identification
  readonly target: RouteTarget
}

const reads = ['GET', 'HEAD']

/**
 * Every path of the installation, first match first. A line whose service is optional answers 404 until that service runs,
 * so a service joins by writing its run record.
 */
export const routeTable: readonly Route[] = [
  { label: '/health/live', methods: reads, path: /^\/health\/live$/, asks: 'none', target: { kind: 'live' } },
  { label: '/health/ready', methods: reads, path: /^\/health\/ready$/, asks: 'none', target: { kind: 'ready' } },
  { label: '/metrics', methods: reads, path: /^\/metrics$/, asks: 'bearer', target: { kind: 'metrics' } },
  {
    label: '/metrics/targets',
    methods: reads,
    path: /^\/metrics\/targets$/,
    asks: 'bearer',
    target: { kind: 'metrics-targets' },
  },
  {
    label: '/dicomweb/studies',
    methods: ['POST'],
    path: /^\/dicomweb\/studies(\/[^/]+)?\/?$/,
    asks: 'bearer',
    target: { kind: 'upstream', service: 'gateway', isOptional: false },
  },
  { label: '/dicomweb', methods: 'any', path: /^\/dicomweb(\/|$)/, asks: 'bearer', target: { kind: 'dicomweb' } },
  { label: '/fhir', methods: 'any', path: /^\/fhir(\/|$)/, asks: 'bearer', target: optional('linker') },
  { label: '/reports', methods: 'any', path: /^\/reports(\/|$)/, asks: 'bearer', target: optional('linker') },
  { label: '/fse', methods: 'any', path: /^\/fse(\/|$)/, asks: 'bearer', target: optional('linker') },
  { label: '/console', methods: 'any', path: /^\/console(\/|$)/, asks: 'session', target: optional('console') },
]

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' }

export function findRoute(method: string, pathname: string, table: readonly Route[] = routeTable): RouteMatch {
  const candidates = table.filter((route) => route.path.test(pathname))
  const route = candidates.find(({ methods }) => methods === 'any' || methods.includes(method))
  if (route !== undefined) return { kind: 'found', route }
  if (candidates.length === 0) return { kind: 'unknown' }
  return { kind: 'wrong-method', allowed: candidates.flatMap(({ methods }) => (methods === 'any' ? [] : methods)) }
}

function optional(service: string): RouteTarget {
  return { kind: 'upstream', service, isOptional: true }
}
