import { existsSync, readdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** The programs of Debian's `ceph-base`, `ceph-mon`, `ceph-osd`, `radosgw`. No `ceph` command: it would need Python. */
export const cephPrograms = [
  'monmaptool',
  'osdmaptool',
  'ceph-authtool',
  'ceph-mon',
  'ceph-osd',
  'radosgw',
  'radosgw-admin',
] as const

export type CephProgram = (typeof cephPrograms)[number]

export interface CephPrograms {
  path(name: CephProgram): string
  environment: NodeJS.ProcessEnv
  /** Lines of ceph.conf that say where modules are when packages were unpacked, not installed. */
  moduleSettings: readonly string[]
}

export interface CephProgramFolders {
  /** Looked in before PATH, such as `<root>/usr/bin` of unpacked packages. */
  programFolders?: readonly string[]
  /** Put before LD_LIBRARY_PATH; derived from the program folders when not given. */
  loaderPath?: readonly string[]
}

/** Throws an Error that names the first program that is missing. */
export function findCephPrograms(o: CephProgramFolders): CephPrograms {
  const own = o.programFolders ?? []
  const folders = [...own, ...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin']
  const paths = new Map<CephProgram, string>()
  for (const name of cephPrograms) {
    const path = folders.map((folder) => join(folder, name)).find(existsSync)
    if (path === undefined) throw new Error(`${name} is missing: apt-get install ceph-base ceph-mon ceph-osd radosgw`)
    paths.set(name, path)
  }
  // Debian packages that were unpacked, not installed, have their libraries and modules beside their programs.
  const unpacked = [...new Set([...paths.values()].map((path) => dirname(path)))].filter(
    (folder) => !isOfSystem(folder),
  )
  const modules = unpacked.flatMap(libraryFoldersBeside)
  const loaderPath = [...(o.loaderPath ?? modules.flatMap((folder) => [folder, join(folder, 'ceph')]))]
  return {
    path: (name) => paths.get(name)!,
    environment: { ...process.env, ...withPath('LD_LIBRARY_PATH', loaderPath) },
    moduleSettings: modules
      .filter((folder) => existsSync(join(folder, 'rados-classes')))
      .slice(0, 1)
      .flatMap((folder) => [
        `osd class dir = ${join(folder, 'rados-classes')}`,
        `erasure code dir = ${join(folder, 'ceph/erasure-code')}`,
        `plugin dir = ${join(folder, 'ceph')}`,
      ]),
  }
}

function isOfSystem(folder: string): boolean {
  return /^\/(usr\/|usr\/local\/)?s?bin$/.test(folder)
}

function withPath(name: string, folders: readonly string[]): NodeJS.ProcessEnv {
  if (folders.length === 0) return {}
  const inherited = process.env[name]
  return { [name]: [...folders, ...(inherited ? [inherited] : [])].join(delimiter) }
}

/** `<root>/usr/bin` → `<root>/usr/lib/<architecture>`, `<root>/lib/<architecture>`. */
function libraryFoldersBeside(programFolder: string): string[] {
  const usr = dirname(programFolder)
  return [join(usr, 'lib'), join(dirname(usr), 'lib')].flatMap((base) =>
    existsSync(base)
      ? readdirSync(base)
          .filter((name) => name.includes('-linux-'))
          .map((name) => join(base, name))
      : [],
  )
}
