/** Label values: closed sets, or (`entity`) bounded by a directory an operator keeps. Never a UID. */
export type Protocol = 'dimse' | 'stow' | 'migration'
export type ReceiveOutcome = 'stored' | 'duplicate' | 'quarantined' | 'refused' | 'failed' | 'aborted'
export type ArchiveStage = 'sidecar' | 'put' | 'register' | 'unlink' | 'total'
export type QueueFamily = 'archive' | 'study-stable'
export type QueueState = 'waiting' | 'active' | 'delayed' | 'failed' | 'prioritized' | 'paused'
export type StudyState = 'receiving' | 'stable' | 'unresolved'
export type ObjectStoreOperation = 'prepare' | 'put' | 'read' | 'open' | 'head' | 'list' | 'delete' | 'probe'
export type LinkState = 'LINKED' | 'REVIEW' | 'REJECTED_CONFLICT' | 'UNLINKED' | 'SUPERSEDED'
export type Dictionary = 'uids' | 'issuers' | 'entities' | 'journals'
export type Outcome = 'ok' | 'error'

type Labels = Readonly<Record<string, string>>
type Kind = 'counter' | 'gauge' | 'histogram'

export interface MetricDefinition<L extends Labels, K extends Kind = Kind> {
  readonly kind: K
  readonly name: string
  readonly help: string
  readonly labels: readonly (keyof L & string)[]
  readonly buckets?: readonly number[]
}

function counter<L extends Labels>(
  name: string,
  help: string,
  labels: (keyof L & string)[],
): MetricDefinition<L, 'counter'> {
  return { kind: 'counter', name, help, labels }
}

function gauge<L extends Labels>(
  name: string,
  help: string,
  labels: (keyof L & string)[],
): MetricDefinition<L, 'gauge'> {
  return { kind: 'gauge', name, help, labels }
}

function histogram<L extends Labels>(
  name: string,
  help: string,
  labels: (keyof L & string)[],
): MetricDefinition<L, 'histogram'> {
  return { kind: 'histogram', name, help, labels, buckets: durationBuckets }
}

// From a cached frame (1 ms) to a large pack over a slow line (60 s).
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

type NoLabels = Readonly<Record<never, string>>

/** Every metric of the archive, declared once. */
export const metricDefinitions = {
  instancesReceived: counter<{ entity: string; protocol: Protocol; outcome: ReceiveOutcome }>(
    'vna_instances_received_total',
    'Instances that senders offered, by what became of them',
    ['entity', 'protocol', 'outcome'],
  ),
  receivedBytes: counter<{ entity: string; protocol: Protocol }>(
    'vna_received_bytes_total',
    'Data set bytes received',
    ['entity', 'protocol'],
  ),
  associationsActive: gauge<NoLabels>('vna_associations_active', 'DICOM associations open now', []),
  journalBytes: gauge<NoLabels>('vna_journal_bytes', 'Bytes in the journal that are not archived yet', []),
  journalSegmentsAside: gauge<NoLabels>(
    'vna_journal_segments_aside',
    'Segments of the journal that cannot be read and wait for an operator',
    [],
  ),
  journalOldestSeconds: gauge<NoLabels>('vna_journal_oldest_seconds', 'Age of the oldest segment in the journal', []),
  archiveSeconds: histogram<{ stage: ArchiveStage }>('vna_archive_seconds', 'Time to archive one segment', ['stage']),
  instancesArchived: counter<NoLabels>('vna_instances_archived_total', 'Instances whose pack and rows are kept', []),
  queueJobs: gauge<{ queue: QueueFamily; state: QueueState }>('vna_queue_jobs', 'Jobs in the work queues', [
    'queue',
    'state',
  ]),
  entityLastReceived: gauge<{ entity: string }>(
    'vna_entity_last_received_timestamp_seconds',
    'When an instance of the entity was last received',
    ['entity'],
  ),
  studies: gauge<{ state: StudyState }>('vna_studies', 'Studies in the catalog', ['state']),
  quarantined: gauge<{ reason: string }>('vna_quarantined', 'Open quarantine entries', ['reason']),
  studyConflicts: gauge<NoLabels>('vna_study_conflicts', 'Studies whose holders speak of different persons', []),
  dictionaryUsedRatio: gauge<{ dictionary: Dictionary }>(
    'vna_dictionary_used_ratio',
    'Share of the numbers for SOP classes and transfer syntaxes, issuers, entities and journals that is given out',
    ['dictionary'],
  ),
  damagedPacks: gauge<NoLabels>('vna_damaged_packs', 'Packs that cannot be registered and are tried again', []),
  fsePublications: counter<{ outcome: Outcome }>('vna_fse_publications_total', 'Manifests sent to the FSE registry', [
    'outcome',
  ]),
  fseDivergence: gauge<NoLabels>(
    'vna_fse_divergence',
    'Studies whose desired state in the FSE registry is older than 60 s',
    [],
  ),
  links: gauge<{ state: LinkState }>('vna_links', 'Links between reports and studies', ['state']),
  httpRequestSeconds: histogram<{ route: string; method: string; status: string }>(
    'vna_http_request_seconds',
    'Time to answer an HTTP request, by route template',
    ['route', 'method', 'status'],
  ),
  objectStoreSeconds: histogram<{ operation: ObjectStoreOperation; outcome: Outcome }>(
    'vna_object_store_seconds',
    'Time of one object store operation',
    ['operation', 'outcome'],
  ),
}

export type MetricDefinitions = typeof metricDefinitions
export type AnyMetricDefinition = MetricDefinitions[keyof MetricDefinitions]
