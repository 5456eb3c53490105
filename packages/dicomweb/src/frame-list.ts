import { DicomwebError } from './dicomweb-error.ts'

/** Most frames in one request; more are asked in several. */
export const maxFramesPerRequest = 4096

/** Parses `{frames}` of `/frames/{frames}` (PS3.18 10.4.1.1.3): numbers from 1, separated by commas, in the order wanted. */
export function parseFrameList(text: string): readonly number[] {
  if (!/^\d{1,9}(,\d{1,9})*$/.test(text)) {
    throw new DicomwebError('frame-list-invalid', 'frames are numbers from 1, separated by commas')
  }
  const frames = text.split(',').map(Number)
  if (frames.includes(0)) throw new DicomwebError('frame-list-invalid', 'frame numbers begin at 1')
  if (frames.length > maxFramesPerRequest) {
    throw new DicomwebError('frame-list-invalid', 'too many frames at once', { maxFramesPerRequest })
  }
  return frames
}
