import type { ManifestOptions } from '@vna/fse'
import type { LinkerConfig } from '../config.ts'

const manufacturer = 'VNA'

/** What a manifest says beside its study. */
export type ManifestSettings = Omit<ManifestOptions, 'version' | 'createdAt' | 'displayUri'> & {
  readonly viewerUrl: string | undefined
}

export function manifestSettingsOf(config: LinkerConfig): ManifestSettings {
  return {
    profile: config.manifestProfile,
    timezoneOffset: config.timezoneOffset,
    manufacturer: manufacturer,
    retrieveLocationUid: config.retrieveLocationUid,
    wadoRsUrl: `${publicUrlOf(config)}/dicomweb`,
    viewerUrl: config.viewerUrl,
  }
}

export function publicUrlOf(config: LinkerConfig): string {
  const { publicUrl, bind, httpPort } = config
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '')
  const isAny = bind === '0.0.0.0' || bind === '::'
  const host = isAny ? 'localhost' : bind.includes(':') ? `[${bind}]` : bind
  return `http://${host}:${httpPort}`
}

/** `createdAt` at full seconds: a manifest says no more. */
export function manifestOptionsOf(
  settings: ManifestSettings,
  o: { readonly studyInstanceUid: string; readonly version: number; readonly createdAt: Date },
): ManifestOptions {
  const { viewerUrl, ...options } = settings
  return {
    ...options,
    version: o.version,
    createdAt: localMoment(o.createdAt, settings.timezoneOffset),
    displayUri: viewerUrl?.replaceAll('{study}', encodeURIComponent(o.studyInstanceUid)),
  }
}

/** YYYYMMDDHHMMSS in a zone like `+0100`. */
function localMoment(moment: Date, zone: string): string {
  const minutes = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))) * (zone.startsWith('-') ? -1 : 1)
  const local = new Date(moment.getTime() + minutes * 60_000)
  return local.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)
}
