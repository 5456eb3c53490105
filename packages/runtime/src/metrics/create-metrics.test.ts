import { describe, expect, it } from 'vitest'
import { createMetrics } from './create-metrics.ts'
import { metricDefinitions } from './definitions.ts'

const create = () => createMetrics({ service: 'gateway', withProcessMetrics: false })

describe('createMetrics', () => {
  it('exposes a metric once it is used, with the name of its service', async () => {
    const metrics = create()
    expect(await metrics.registry.metrics()).toBe('\n')
    metrics.instancesReceived.inc({ entity: 'ASST-TEST', protocol: 'dimse', outcome: 'stored' }, 2)
    metrics.associationsActive.set(3)
    const text = await metrics.registry.metrics()
    expect(text).toContain(
      'vna_instances_received_total{entity="ASST-TEST",protocol="dimse",outcome="stored",service="gateway"} 2',
    )
    expect(text).toContain('vna_associations_active{service="gateway"} 3')
    expect(text).not.toContain('vna_journal_bytes')
  })

  it('measures durations in seconds', async () => {
    const metrics = create()
    metrics.archiveSeconds.observe({ stage: 'put' }, 0.3)
    const text = await metrics.registry.metrics()
    expect(text).toContain('vna_archive_seconds_bucket{le="0.25",service="gateway",stage="put"} 0')
    expect(text).toContain('vna_archive_seconds_bucket{le="0.5",service="gateway",stage="put"} 1')
  })

  it('keeps two registries apart', () => {
    expect(create().instancesArchived).not.toBe(create().instancesArchived)
  })

  it('has every metric of the contract, with its labels', () => {
    const names = Object.values(metricDefinitions).map(({ name, labels }) => `${name}{${labels.join()}}`)
    expect(names).toEqual([
      'vna_instances_received_total{entity,protocol,outcome}',
      'vna_received_bytes_total{entity,protocol}',
      'vna_associations_active{}',
      'vna_journal_bytes{}',
      'vna_journal_segments_aside{}',
      'vna_journal_oldest_seconds{}',
      'vna_archive_seconds{stage}',
      'vna_instances_archived_total{}',
      'vna_queue_jobs{queue,state}',
      'vna_entity_last_received_timestamp_seconds{entity}',
      'vna_studies{state}',
      'vna_quarantined{reason}',
      'vna_study_conflicts{}',
      'vna_dictionary_used_ratio{dictionary}',
      'vna_damaged_packs{}',
      'vna_fse_publications_total{outcome}',
      'vna_fse_divergence{}',
      'vna_links{state}',
      'vna_http_request_seconds{route,method,status}',
      'vna_object_store_seconds{operation,outcome}',
    ])
  })

  it('also tells of the process when asked', async () => {
    const text = await createMetrics({ service: 'query' }).registry.metrics()
    expect(text).toContain('process_cpu_seconds_total')
  })
})
