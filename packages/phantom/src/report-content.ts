import type { Attributes } from './data-set.ts'
import { timeAt } from './headers.ts'
import type { StudyContext } from './plan.ts'

export const reportDevice = { manufacturer: 'Phantom Imaging', model: 'Report 1', station: 'REF01' }

/** SR Document Series and General (PS3.3 C.17.1, C.17.2) of a complete, verified document. */
export function srDocumentAttributes(context: StudyContext, instanceNumber: number): Attributes {
  const time = timeAt(context, 3600 + instanceNumber * 60)
  return {
    InstanceNumber: String(instanceNumber),
    ContentDate: context.studyDate,
    ContentTime: time,
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'VERIFIED',
    VerifyingObserverSequence: [
      {
        VerifyingOrganization: context.institutionName,
        VerificationDateTime: `${context.studyDate}${time}`,
        VerifyingObserverName: 'REFERTATORE^DI PROVA^^DR',
        VerifyingObserverIdentificationCodeSequence: [],
      },
    ],
    PerformedProcedureCodeSequence: [],
    ReferencedPerformedProcedureStepSequence: [],
  }
}

export function container(concept: Attributes, content: readonly Attributes[]): Attributes {
  return {
    RelationshipType: 'CONTAINS',
    ValueType: 'CONTAINER',
    ContinuityOfContent: 'SEPARATE',
    ConceptNameCodeSequence: [concept],
    ContentSequence: content,
  }
}

export function textItem(concept: Attributes, text: string): Attributes {
  return { RelationshipType: 'CONTAINS', ValueType: 'TEXT', ConceptNameCodeSequence: [concept], TextValue: text }
}

export function codeItem(relationship: string, concept: Attributes, value: Attributes): Attributes {
  return {
    RelationshipType: relationship,
    ValueType: 'CODE',
    ConceptNameCodeSequence: [concept],
    ConceptCodeSequence: [value],
  }
}
