import {
  type EcgLead,
  ecgLeads,
  ecgMicrovolts,
  prIntervalMs,
  qrsDurationMs,
  qtIntervalMs,
} from '../anatomy/ecg-signal.ts'
import type { Attributes } from '../data-set.ts'
import { code, instanceUidOf, placeOf, seriesAttributes, timeAt } from '../headers.ts'
import type { InstancePlan, KindDefinition, KindOptions, StudyContext } from '../plan.ts'
import { createRandom } from '../random.ts'

const device = { manufacturer: 'Phantom Imaging', model: 'ECG 12', station: 'ECG01' }
const samplingHz = 500
const seconds = 10
/** Microvolt of one unit of a sample. */
const sensitivityUv = 2.5

/** CID 3001 in the MDC scheme of ISO/IEEE 11073-10101. */
const leadCodes: Readonly<Record<EcgLead, string>> = {
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
    device: device,
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
  const samples = samplingHz * seconds
  const traces = ecgMicrovolts({ samplingHz: samplingHz, samples, heartRate, random: createRandom(`ecg ${own}`) })
  const data = Buffer.alloc(samples * ecgLeads.length * 2)
  let offset = 0
  for (let sample = 0; sample < samples; sample++) {
    for (const lead of ecgLeads) {
      offset = data.writeInt16LE(Math.round((traces.get(lead)?.[sample] ?? 0) / sensitivityUv), offset)
    }
  }
  return {
    WaveformOriginality: 'ORIGINAL',
    NumberOfWaveformChannels: ecgLeads.length,
    NumberOfWaveformSamples: samples,
    SamplingFrequency: String(samplingHz),
    MultiplexGroupLabel: 'RHYTHM',
    ChannelDefinitionSequence: ecgLeads.map(channelDefinition),
    WaveformBitsAllocated: 16,
    WaveformSampleInterpretation: 'SS',
    WaveformData: data,
  }
}

function channelDefinition(lead: EcgLead): Attributes {
  return {
    ChannelLabel: lead,
    ChannelSourceSequence: [code(leadCodes[lead], 'MDC', `Lead ${lead}`)],
    ChannelSensitivity: String(sensitivityUv),
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
    measurement(code('2:15872', 'MDC', 'PR Interval'), prIntervalMs, ms),
    measurement(code('2:16156', 'MDC', 'QRS Duration'), qrsDurationMs, ms),
    measurement(code('2:16160', 'MDC', 'QT Interval'), qtIntervalMs, ms),
  ]
}
