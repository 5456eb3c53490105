import {
  ECG_LEADS,
  type EcgLead,
  ecgMicrovolts,
  PR_INTERVAL_MS,
  QRS_DURATION_MS,
  QT_INTERVAL_MS,
} from '../anatomy/ecg-signal.ts'
import type { Attributes } from '../data-set.ts'
import { code, instanceUidOf, placeOf, seriesAttributes, timeAt } from '../headers.ts'
import type { InstancePlan, KindDefinition, KindOptions, StudyContext } from '../plan.ts'
import { createRandom } from '../random.ts'

const DEVICE = { manufacturer: 'Phantom Imaging', model: 'ECG 12', station: 'ECG01' }
const SAMPLING_HZ = 500
const SECONDS = 10
/** Microvolt of one unit of a sample. */
const SENSITIVITY_UV = 2.5

/** CID 3001 in the MDC scheme of ISO/IEEE 11073-10101. */
const LEAD_CODES: Readonly<Record<EcgLead, string>> = {
  I: '2:1',
  II: '2:2',
  III: '2:61',
  aVR: '2:62',
  aVL: '2:63',
  aVF: '2:64',
  V1: '2:3',
  V2: '2:4',
  V3: '2:5',
  V4: '2:6',
  V5: '2:7',
  V6: '2:8',
}

export const ecg: KindDefinition = kind('1.2.840.10008.5.1.4.1.1.9.1.1', 'ELETTROCARDIOGRAMMA 12 DERIVAZIONI')
export const generalEcg: KindDefinition = kind('1.2.840.10008.5.1.4.1.1.9.1.2', 'ELETTROCARDIOGRAMMA')

/** Ten seconds of twelve leads at rest. */
function kind(sopClassUid: string, studyDescription: string): KindDefinition {
  return {
    sopClassUid,
    modality: 'ECG',
    studyDescription,
    defaults: { instances: 1, series: 1, frames: 1, rows: 1, columns: 1 },
    planStudy: (context, options) => (index) => planRecording(sopClassUid, context, options, index),
  }
}

function planRecording(sopClassUid: string, context: StudyContext, options: KindOptions, index: number): InstancePlan {
  const place = placeOf(index, options)
  const sopInstanceUid = instanceUidOf(context, place.seriesNumber, place.instanceNumber)
  const random = createRandom(sopInstanceUid)
  const heartRate = random.integer(56, 92)
  const series = seriesAttributes(context, {
    modality: 'ECG',
    number: place.seriesNumber,
    description: 'ECG A RIPOSO',
    device: DEVICE,
  })
  const time = timeAt(context, place.instanceNumber * 60)
  return {
    seriesInstanceUid: String(series.SeriesInstanceUID),
    sopInstanceUid,
    attributes: {
      ...context.patientAttributes,
      ...context.studyAttributes,
      ...series,
      InstitutionalDepartmentName: 'CARDIOLOGIA',
      SOPClassUID: sopClassUid,
      SOPInstanceUID: sopInstanceUid,
      InstanceNumber: String(place.instanceNumber),
      AcquisitionDateTime: `${context.studyDate}${time}`,
      ContentDate: context.studyDate,
      ContentTime: time,
      AcquisitionContextSequence: [
        {
          ValueType: 'CODE',
          ConceptNameCodeSequence: [code('10:11345', 'MDC', 'Lead System')],
          ConceptCodeSequence: [code('10:11265', 'MDC', 'Standard 12-lead')],
        },
      ],
      WaveformSequence: [multiplexGroup(heartRate, sopInstanceUid)],
      WaveformAnnotationSequence: annotations(heartRate),
    },
  }
}

function multiplexGroup(heartRate: number, own: string): Attributes {
  const samples = SAMPLING_HZ * SECONDS
  const traces = ecgMicrovolts({ samplingHz: SAMPLING_HZ, samples, heartRate, random: createRandom(`ecg ${own}`) })
  const data = Buffer.alloc(samples * ECG_LEADS.length * 2)
  let offset = 0
  for (let sample = 0; sample < samples; sample++) {
    for (const lead of ECG_LEADS) {
      offset = data.writeInt16LE(Math.round((traces.get(lead)?.[sample] ?? 0) / SENSITIVITY_UV), offset)
    }
  }
  return {
    WaveformOriginality: 'ORIGINAL',
    NumberOfWaveformChannels: ECG_LEADS.length,
    NumberOfWaveformSamples: samples,
    SamplingFrequency: String(SAMPLING_HZ),
    MultiplexGroupLabel: 'RHYTHM',
    ChannelDefinitionSequence: ECG_LEADS.map(channelDefinition),
    WaveformBitsAllocated: 16,
    WaveformSampleInterpretation: 'SS',
    WaveformData: data,
  }
}

function channelDefinition(lead: EcgLead): Attributes {
  return {
    ChannelLabel: lead,
    ChannelSourceSequence: [code(LEAD_CODES[lead], 'MDC', `Lead ${lead}`)],
    ChannelSensitivity: String(SENSITIVITY_UV),
    ChannelSensitivityUnitsSequence: [code('uV', 'UCUM', 'microvolt')],
    ChannelSensitivityCorrectionFactor: '1',
    ChannelBaseline: '0',
    ChannelSampleSkew: '0',
    WaveformBitsStored: 16,
    FilterLowFrequency: '0.05',
    FilterHighFrequency: '150',
  }
}

function annotations(heartRate: number): readonly Attributes[] {
  const measurement = (concept: Attributes, value: number, unit: Attributes): Attributes => ({
    ReferencedWaveformChannels: [1, 0],
    AnnotationGroupNumber: 1,
    ConceptNameCodeSequence: [concept],
    MeasurementUnitsCodeSequence: [unit],
    NumericValue: String(value),
  })
  const ms = code('ms', 'UCUM', 'milliseconds')
  return [
    { ReferencedWaveformChannels: [1, 0], AnnotationGroupNumber: 0, UnformattedTextValue: 'RITMO SINUSALE' },
    { ReferencedWaveformChannels: [1, 0], AnnotationGroupNumber: 0, UnformattedTextValue: 'ECG NEI LIMITI' },
    measurement(code('2:16016', 'MDC', 'Heart Rate'), heartRate, code('/min', 'UCUM', 'per minute')),
    measurement(code('2:15872', 'MDC', 'PR Interval'), PR_INTERVAL_MS, ms),
    measurement(code('2:16156', 'MDC', 'QRS Duration'), QRS_DURATION_MS, ms),
    measurement(code('2:16160', 'MDC', 'QT Interval'), QT_INTERVAL_MS, ms),
  ]
}
