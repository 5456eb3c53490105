const base = 'https://profiles.ihe.net/RAD/MADO'
const mhd = 'https://profiles.ihe.net/ITI/MHD'

/** Canonicals of IHE RAD MADO 0.1 and ITI MHD 4.2, by the names of their profiles and extensions. */
export const mado = {
  bundle: `${base}/StructureDefinition/MadoFhirBundle`,
  composition: `${base}/StructureDefinition/MadoComposition`,
  imagingStudy: `${base}/StructureDefinition/MadoImagingStudy`,
  patient: `${base}/StructureDefinition/MadoPatient`,
  wadoEndpoint: `${base}/StructureDefinition/MadoWadoEndpoint`,
  viewerEndpoint: `${base}/StructureDefinition/MadoWebViewerEndpoint`,
  creator: `${base}/StructureDefinition/MadoCreator`,
  creatorOrganization: `${base}/StructureDefinition/MadoCreatorOrganization`,
  requestedProcedure: `${base}/StructureDefinition/MadoRequestedProcedure`,
  fhirDocumentReference: `${base}/StructureDefinition/MadoFhirDocumentReference`,
  kosDocumentReference: `${base}/StructureDefinition/MadoDicomKosDocumentReference`,
  anatomicalRegion: `${base}/StructureDefinition/MadoAnatomicalRegionExtension`,
  numberOfFrames: `${base}/StructureDefinition/MadoNumberOfFrames`,
  documentTitle: `${base}/StructureDefinition/MadoKoDocumentTitle`,
  retrieveLocationUid: `${base}/StructureDefinition/MadoRetrieveLocationUIDExtension`,
  documentBodySite: `${base}/StructureDefinition/ext-R5-DocumentReference.bodySite`,
  documentModality: `${base}/StructureDefinition/ext-R5-DocumentReference.modality`,
  contentProfile: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-DocumentReference.content.profile',
  deviceType: `${base}/CodeSystem/MadoDeviceType`,
  connectionTypes: `${base}/CodeSystem/MadoEndpointConnectionTypes`,
} as const

export const mhdNames = {
  provideBundle: `${mhd}/StructureDefinition/IHE.MHD.Minimal.ProvideBundle`,
  submissionSet: `${mhd}/StructureDefinition/IHE.MHD.Minimal.SubmissionSet`,
  listTypes: `${mhd}/CodeSystem/MHDlistTypes`,
  sourceId: `${mhd}/StructureDefinition/ihe-sourceId`,
  designationType: `${mhd}/StructureDefinition/ihe-designationType`,
} as const
