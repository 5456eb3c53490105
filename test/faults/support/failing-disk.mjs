// Loaded before a service's own code (`NODE_OPTIONS=--import=…`): a disk that fails on command, without root.
// While the file named by FAILING_DISK_CONTROL holds "sync", syncing a file of the journal fails with EIO; while it
// holds "full", writing to one fails with ENOSPC. Other files, and other times, are left alone.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const control = process.env.FAILING_DISK_CONTROL
const folder = process.env.FAILING_DISK_FOLDER
const real = { ...fs }

function commanded(fault) {
  try {
    return real.readFileSync(control, 'utf8').trim() === fault
  } catch {
    return false
  }
}

function isInFolder(fd) {
  try {
    return real.readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
  } catch {
    return false
  }
}

function failure(code, syscall) {
  return Object.assign(new Error(`${code}: ${syscall} (failing disk)`), {
    code,
    syscall,
    errno: code === 'EIO' ? -5 : -28,
  })
}

/** `fs.name(fd, …, callback)` fails by its callback. */
function failByCallback(name, fault, code) {
  fs[name] = (fd, ...rest) => {
    if (!commanded(fault) || !isInFolder(fd)) return real[name](fd, ...rest)
    const callback = rest.at(-1)
    setImmediate(() => callback(failure(code, name)))
  }
}

/** `fs.name(fd, …)` fails by throwing. */
function failByThrowing(name, fault, code) {
  fs[name] = (fd, ...rest) => {
    if (commanded(fault) && isInFolder(fd)) throw failure(code, name)
    return real[name](fd, ...rest)
  }
}

if (control !== undefined && folder !== undefined) {
  for (const name of ['fdatasync', 'fsync']) failByCallback(name, 'sync', 'EIO')
  for (const name of ['fdatasyncSync', 'fsyncSync']) failByThrowing(name, 'sync', 'EIO')
  for (const name of ['writev', 'write']) failByCallback(name, 'full', 'ENOSPC')
  for (const name of ['writevSync', 'writeSync']) failByThrowing(name, 'full', 'ENOSPC')
  syncBuiltinESMExports()
}
