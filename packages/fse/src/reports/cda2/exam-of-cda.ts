import { oids } from '../../model/oids.ts'
import type { ReportFacts } from '../../model/report.ts'
import { dayOf, distinct, uidOf } from '../normalise.ts'
import { attributeOf, childrenOf, descendantsOf, elementAt, elementsAt, type XmlElement } from '../xml/xml-element.ts'

const sections = { objectCatalog: '121181', currentProcedure: '55111-9' } as const
const dicomCodes = { study: '113014', series: '113015', modality: '121139' } as const
/** Codes of how a patient came to the exam, not of the exam. */
const accessKinds = '2.16.840.1.113883.2.9.5.1.4'
const actCodes = '2.16.840.1.113883.5.4'

type ExamFacts = Pick<ReportFacts, 'studyInstanceUids' | 'examDate' | 'modalities' | 'procedureCodes'>

/** The images and the exam of a report: its sections 121181 and 55111-9, and the service event of its header. */
export function examFactsOf(root: XmlElement): ExamFacts {
  const catalog = actsIn(root, sections.objectCatalog)
  const exams = sectionsOf(root, sections.currentProcedure).flatMap((section) => elementsAt(section, 'entry', 'act'))
  const events = elementsAt(root, 'documentationOf', 'serviceEvent')
  const codes = [...exams, ...events].flatMap(codesOf)
  const modalities = catalog.filter((act) => codeOf(act) === dicomCodes.series).flatMap(modalitiesOfSeries)
  return {
    studyInstanceUids: distinct(catalog.filter((act) => codeOf(act) === dicomCodes.study).map(idOf)),
    // The header's service event often carries the time of the document; the exam's own act does not.
    examDate: [...exams, ...events].map((act) => dateOf(elementAt(act, 'effectiveTime'))).find(Boolean),
    modalities: distinct([...modalities, ...codes.filter(isModality).map(({ code }) => code)]),
    procedureCodes: distinct(codes.filter((code) => isProcedure(code) && !isModality(code))),
  }
}

function sectionsOf(root: XmlElement, code: string): readonly XmlElement[] {
  return descendantsOf(root, 'section').filter((section) => codeOf(section) === code)
}

function actsIn(root: XmlElement, section: string): readonly XmlElement[] {
  return sectionsOf(root, section).flatMap((found) => descendantsOf(found, 'act'))
}

/** The UID stands in the root, without an extension. */
function idOf(act: XmlElement): string | undefined {
  return uidOf(attributeOf(elementAt(act, 'id'), 'root'))
}

function codeOf(element: XmlElement): string | undefined {
  return attributeOf(elementAt(element, 'code'), 'code')
}

/** A point in time, or the beginning of an interval. */
function dateOf(time: XmlElement | undefined): string | undefined {
  return dayOf(attributeOf(time, 'value') ?? attributeOf(elementAt(time, 'low'), 'value'))
}

interface Code {
  readonly code: string
  readonly system: string
}

/** Code and translations of an act. */
function codesOf(act: XmlElement): readonly Code[] {
  const codes = childrenOf(act, 'code')
  const all = [...codes, ...codes.flatMap((code) => childrenOf(code, 'translation'))]
  return all.flatMap((element) => {
    const code = attributeOf(element, 'code')
    const system = attributeOf(element, 'codeSystem')
    return code === undefined || system === undefined ? [] : [{ code, system }]
  })
}

/** PS3.16 CID 29: two or three capitals. */
function isModality({ code, system }: Code): boolean {
  return system === oids.dicomDcm && /^[A-Z]{2,4}$/.test(code)
}

function isProcedure({ system }: Code): boolean {
  return system !== accessKinds && system !== actCodes
}

/** PS3.20 9.1.1.1: a series act says its modality in a qualifier of its code. */
function modalitiesOfSeries(series: XmlElement): readonly string[] {
  const qualifiers = elementsAt(series, 'code', 'qualifier')
  return qualifiers.flatMap((qualifier) => {
    const isOfModality = attributeOf(elementAt(qualifier, 'name'), 'code') === dicomCodes.modality
    const code = attributeOf(elementAt(qualifier, 'value'), 'code')
    return isOfModality && code !== undefined && /^[A-Z]{2,4}$/.test(code) ? [code] : []
  })
}
