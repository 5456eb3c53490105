// npm start: installs what is missing, then runs the stack until Ctrl-C. `npm start -- --demo` and other options of
// `vna up` pass through; a first word that is no option names another command (`npm run bench`).
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureInstalled, node, repositoryFolder } from './setup/install.mjs'

const parentPollMs = 500

const args = process.argv.slice(2)
const command = args[0] === undefined || args[0].startsWith('-') ? ['up', ...args] : args

try {
  await ensureInstalled()
} catch (error) {
  console.error(`vna: ${error.message}`)
  process.exit(1)
}

// The IPC channel carries nothing: that it closes tells the command that we are gone, however we went.
const child = spawn(node, [join(repositoryFolder, 'services', 'cli', 'src', 'main.ts'), ...command], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { NODE_COMPILE_CACHE: join(repositoryFolder, '.cache', 'node'), ...process.env },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal))
child.on('error', (error) => {
  console.error(`vna: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code) => process.exit(code ?? 1))

// npm that is killed outright passes no signal on: then we have another parent, and the stack ends with it.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM')
  }, parentPollMs).unref()
}
