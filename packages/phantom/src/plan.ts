import type { Attributes } from './data-set.ts'
import type { PhantomPatient } from './patient.ts'
import type { Random } from './random.ts'

/** What every instance of a study shares. */
export interface StudyContext {
  readonly seed: string
  readonly patient: PhantomPatient
  readonly patientId: string
  /** Patient attributes, identifiers included. */
  readonly patientAttributes: Attributes
  readonly studyAttributes: Attributes
  readonly studyInstanceUid: string
  readonly studyDate: string
  readonly institutionName: string
  /** Whole numbers that differ between studies, for kinds that vary by study. */
  readonly random: Random
}

export interface KindOptions {
  readonly instances: number
  readonly series: number
  readonly frames: number
  readonly rows: number
  readonly columns: number
}

/** Pixel data stay views of cached pictures: whoever receives a fragment must not write into it. */
export interface PixelPlan {
  readonly vr: 'OB' | 'OW'
  readonly lengthBytes: number
  fragments(): Iterable<Uint8Array>
}

export interface InstancePlan {
  readonly seriesInstanceUid: string
  readonly sopInstanceUid: string
  /** Everything but the pixel data. */
  readonly attributes: Attributes
  readonly pixels?: PixelPlan
}

export interface KindDefinition {
  readonly sopClassUid: string
  readonly modality: string
  readonly studyDescription: string
  readonly defaults: KindOptions
  /** Called once a study; the function it returns once an instance, index from 0. */
  planStudy(context: StudyContext, options: KindOptions): (index: number) => InstancePlan
}
