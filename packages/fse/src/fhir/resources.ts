/** The parts of FHIR R4 (4.0.1) that manifests are written in. `undefined` is left out when encoded; lists are never empty. */
export interface FhirCoding {
  readonly system?: string | undefined
  readonly code: string
  readonly display?: string | undefined
}

export interface FhirCodeableConcept {
  readonly coding?: readonly FhirCoding[] | undefined
  readonly text?: string | undefined
}

export interface FhirIdentifier {
  readonly use?: 'usual' | 'official' | undefined
  readonly type?: FhirCodeableConcept | undefined
  readonly system?: string | undefined
  readonly value: string
  readonly assigner?: { readonly display: string } | undefined
}

export interface FhirReference {
  readonly reference?: string | undefined
  readonly type?: string | undefined
  readonly identifier?: FhirIdentifier | undefined
  readonly display?: string | undefined
}

export interface FhirExtension {
  readonly url: string
  readonly valueString?: string | undefined
  readonly valueInteger?: number | undefined
  readonly valueCode?: string | undefined
  readonly valueCanonical?: string | undefined
  readonly valueCodeableConcept?: FhirCodeableConcept | undefined
  readonly valueIdentifier?: FhirIdentifier | undefined
  readonly extension?: readonly FhirExtension[] | undefined
}

export interface FhirNarrative {
  readonly status: 'generated'
  readonly div: string
}

interface Resource<T extends string> {
  readonly resourceType: T
  readonly id: string
  readonly meta?: { readonly profile: readonly string[] } | undefined
  readonly text?: FhirNarrative | undefined
  readonly extension?: readonly FhirExtension[] | undefined
}

export interface FhirImagingInstance {
  readonly extension?: readonly FhirExtension[] | undefined
  readonly uid: string
  readonly sopClass: FhirCoding
  readonly number?: number | undefined
  readonly title?: string | undefined
}

export interface FhirImagingSeries {
  readonly uid: string
  readonly number?: number | undefined
  readonly modality: FhirCoding
  readonly description?: string | undefined
  readonly numberOfInstances: number
  readonly endpoint: readonly FhirReference[]
  readonly bodySite: FhirCoding
  readonly laterality?: FhirCoding | undefined
  readonly started?: string | undefined
  readonly instance: readonly FhirImagingInstance[]
}

export interface FhirImagingStudy extends Resource<'ImagingStudy'> {
  readonly identifier: readonly FhirIdentifier[]
  readonly status: 'available'
  readonly modality: readonly FhirCoding[]
  readonly subject: FhirReference
  readonly started?: string | undefined
  readonly basedOn: readonly FhirReference[]
  readonly endpoint?: readonly FhirReference[] | undefined
  readonly numberOfSeries: number
  readonly numberOfInstances: number
  readonly procedureCode?: readonly FhirCodeableConcept[] | undefined
  readonly description?: string | undefined
  readonly series: readonly FhirImagingSeries[]
}

export interface FhirEndpoint extends Resource<'Endpoint'> {
  readonly status: 'active'
  readonly connectionType: FhirCoding
  readonly name: string
  readonly payloadType: readonly FhirCodeableConcept[]
  readonly payloadMimeType: readonly string[]
  readonly address: string
}

export interface FhirComposition extends Resource<'Composition'> {
  readonly identifier: FhirIdentifier
  readonly status: 'final'
  readonly type: FhirCodeableConcept
  readonly category: readonly FhirCodeableConcept[]
  readonly subject: FhirReference
  readonly date: string
  readonly author: readonly FhirReference[]
  readonly title: string
  readonly confidentiality: string
  readonly custodian: FhirReference
  readonly event: readonly { readonly detail: readonly FhirReference[] }[]
  readonly section: readonly { readonly title: string; readonly text: FhirNarrative }[]
}

export interface FhirPatient extends Resource<'Patient'> {
  readonly identifier: readonly FhirIdentifier[]
  readonly name?: readonly FhirHumanName[] | undefined
  readonly gender?: 'male' | 'female' | 'other' | undefined
  readonly birthDate?: string | undefined
}

export interface FhirHumanName {
  readonly text: string
  readonly family?: string | undefined
  readonly given?: readonly string[] | undefined
  readonly prefix?: readonly string[] | undefined
  readonly suffix?: readonly string[] | undefined
}

export interface FhirDevice extends Resource<'Device'> {
  readonly type: FhirCodeableConcept
  readonly manufacturer: string
  readonly owner: FhirReference
}

export interface FhirOrganization extends Resource<'Organization'> {
  readonly identifier?: readonly FhirIdentifier[] | undefined
  readonly name: string
}

export interface FhirServiceRequest extends Resource<'ServiceRequest'> {
  readonly identifier: readonly FhirIdentifier[]
  readonly status: 'completed'
  readonly intent: 'order'
  readonly code?: FhirCodeableConcept | undefined
  readonly subject: FhirReference
}

export interface FhirDocumentReference extends Resource<'DocumentReference'> {
  readonly masterIdentifier: FhirIdentifier
  readonly identifier: readonly FhirIdentifier[]
  readonly status: 'current' | 'superseded' | 'entered-in-error'
  readonly type: FhirCodeableConcept
  readonly category: readonly FhirCodeableConcept[]
  readonly subject: FhirReference
  readonly date: string
  readonly author: readonly FhirReference[]
  readonly relatesTo?:
    | readonly { readonly code: 'replaces' | 'transforms'; readonly target: FhirReference }[]
    | undefined
  readonly description: string
  readonly securityLabel: readonly FhirCodeableConcept[]
  readonly content: readonly {
    readonly extension?: readonly FhirExtension[] | undefined
    readonly attachment: {
      readonly contentType: string
      readonly language: string
      readonly url: string
      readonly size: number
      /** Base64 of SHA-1. */
      readonly hash: string
      readonly title: string
      readonly creation: string
    }
    readonly format: FhirCoding
  }[]
  readonly context: {
    readonly event?: readonly FhirCodeableConcept[] | undefined
    readonly period: { readonly start: string }
    readonly facilityType: FhirCodeableConcept
    readonly practiceSetting: FhirCodeableConcept
    readonly sourcePatientInfo: FhirReference
    readonly related: readonly FhirReference[]
  }
}

export interface FhirList extends Resource<'List'> {
  readonly identifier: readonly FhirIdentifier[]
  readonly status: 'current'
  readonly mode: 'working'
  readonly title: string
  readonly code: FhirCodeableConcept
  readonly subject: FhirReference
  readonly date: string
  readonly source: FhirReference
  readonly entry: readonly { readonly item: FhirReference }[]
}

export interface FhirBinary extends Resource<'Binary'> {
  readonly contentType: string
  /** Base64. */
  readonly data: string
}

export interface FhirBundleEntry {
  readonly fullUrl: string
  readonly resource: FhirResource
  readonly request?: { readonly method: 'POST'; readonly url: string } | undefined
}

export interface FhirBundle extends Resource<'Bundle'> {
  readonly identifier?: FhirIdentifier | undefined
  readonly type: 'document' | 'transaction'
  readonly timestamp: string
  readonly entry: readonly FhirBundleEntry[]
}

export type FhirResource =
  | FhirBinary
  | FhirBundle
  | FhirComposition
  | FhirDevice
  | FhirDocumentReference
  | FhirEndpoint
  | FhirImagingStudy
  | FhirList
  | FhirOrganization
  | FhirPatient
  | FhirServiceRequest
