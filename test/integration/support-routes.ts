import type { Express } from 'express'

interface Layer {
  readonly rawPath: unknown
  readonly slash: boolean
  readonly handle: { readonly stack?: readonly Layer[] }
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> }
}

/**
 * Every route of an express app, as `GET /path/:parameter`, read from its own routers. What is mounted under a path and is no
 * router could answer without being listed, so it is an error.
 */
export function routesOf(app: Express): readonly string[] {
  return layersOf((app.router as unknown as { stack: readonly Layer[] }).stack, '')
}

function layersOf(stack: readonly Layer[], prefix: string): readonly string[] {
  return stack.flatMap((layer) => {
    const { route, handle } = layer
    if (route !== undefined) {
      if (typeof route.path !== 'string') throw new Error('a route without a path of its own')
      return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${prefix}${String(route.path)}`)
    }
    if (!layer.slash && typeof layer.rawPath !== 'string') throw new Error('mounted at more than one path')
    const mounted = layer.slash ? prefix : `${prefix}${String(layer.rawPath)}`
    if (handle.stack !== undefined) return layersOf(handle.stack, mounted)
    if (!layer.slash) throw new Error(`${mounted} is answered by no route`)
    return []
  })
}

const samples: Readonly<Record<string, string>> = {
  study: '1.2.3.4',
  series: '1.2.3.4.1',
  instance: '1.2.3.4.1.1',
  frames: '1',
  path: '00431029/1/00431029',
  id: '6f0c5a4e-0001-4000-8000-000000000001',
}

/** A path of the route, with a value for each parameter. */
export function pathOf(pattern: string, values: Readonly<Record<string, string>> = {}): string {
  return pattern.replace(/[:*]([a-z]+)/g, (_, name: string) => {
    const value = values[name] ?? samples[name]
    if (value === undefined) throw new Error(`no sample of ${name}`)
    return value
  })
}
