import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'

/** Where Debian puts commands, below a root. */
export const commandFolders = (root: string): string[] =>
  ['usr/bin', 'usr/sbin', 'bin', 'sbin'].map((folder) => join(root, folder))

/** What a program needs to find the libraries, data dictionaries and modules that were unpacked below `root`. */
export function unpackedEnvironment(root: string): Record<string, string> {
  const dictionary = listFolder(join(root, 'usr/share'))
    .filter((name) => name.startsWith('libdcmtk'))
    .map((name) => join(root, 'usr/share', name, 'dicom.dic'))
    .find(existsSync)
  return {
    LD_LIBRARY_PATH: libraryFolders(root).join(delimiter),
    PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
    ...(dictionary === undefined ? {} : { DCMDICTPATH: dictionary }),
  }
}

/**
 * A small script that runs an unpacked command with that environment, so that only this command gets it, and so that its
 * folder (`<root>/usr/wrapped`) can be put on a PATH. Written anew when it differs (the clone was moved, more was unpacked).
 */
export function writeWrapper(command: string, root: string): string {
  const folder = join(root, 'usr', 'wrapped')
  const path = join(folder, basename(command))
  const exports = Object.entries(unpackedEnvironment(root)).map(([name, value]) => exportLine(name, value))
  const commands = exportLine('PATH', commandFolders(root).join(delimiter))
  const text = ['#!/bin/sh', ...exports, commands, `exec ${quote(command)} "$@"`, ''].join('\n')
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return path
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, text)
  chmodSync(draft, 0o755)
  renameSync(draft, path)
  return path
}

/** Ours first, then what the caller has. */
function exportLine(name: string, value: string): string {
  return `export ${name}=${quote(value)}"\${${name}:+:$${name}}"`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function libraryFolders(root: string): string[] {
  const bases = [join(root, 'usr/lib'), join(root, 'lib')]
  const multiarch = bases.flatMap((base) =>
    listFolder(base)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(base, name)),
  )
  return [...multiarch, ...multiarch.map((folder) => join(folder, 'ceph')), ...bases].filter(existsSync)
}

function listFolder(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
