import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import {
  type AnyMetricDefinition,
  type MetricDefinition,
  type MetricDefinitions,
  metricDefinitions,
} from './definitions.ts'

type LabelsOf<D> = D extends MetricDefinition<infer L, infer _K> ? L : never
/** A metric without labels is called without them. */
type Args<L> = keyof L extends never ? [] : [labels: L]

export interface TypedCounter<L> {
  inc(...args: [...Args<L>, value?: number]): void
}
export interface TypedGauge<L> {
  set(...args: [...Args<L>, value: number]): void
  reset(): void
}
export interface TypedHistogram<L> {
  observe(...args: [...Args<L>, seconds: number]): void
}

type MetricOf<D> = D extends { kind: 'counter' }
  ? TypedCounter<LabelsOf<D>>
  : D extends { kind: 'gauge' }
    ? TypedGauge<LabelsOf<D>>
    : TypedHistogram<LabelsOf<D>>

export type Metrics = { readonly registry: Registry } & {
  readonly [K in keyof MetricDefinitions]: MetricOf<MetricDefinitions[K]>
}

/**
 * The metrics of one process. Each is registered when it is first read, so that a process exposes what it measures and
 * not a zero for what another one does.
 */
export function createMetrics(o: { service: string; withProcessMetrics?: boolean }): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service: o.service })
  if (o.withProcessMetrics ?? true) collectDefaultMetrics({ register: registry })
  const metrics = { registry }
  for (const [key, definition] of Object.entries(metricDefinitions)) {
    let metric: unknown
    const get = (): unknown => {
      metric ??= createMetric(definition, registry)
      return metric
    }
    Object.defineProperty(metrics, key, { enumerable: true, get })
  }
  return metrics as Metrics
}

function createMetric(definition: AnyMetricDefinition, registry: Registry): unknown {
  const options = { name: definition.name, help: definition.help, labelNames: definition.labels, registers: [registry] }
  switch (definition.kind) {
    case 'counter':
      return new Counter(options)
    case 'gauge':
      return new Gauge(options)
    case 'histogram':
      return new Histogram({ ...options, buckets: [...(definition.buckets ?? [])] })
  }
}
