import { startGuarded } from '../../../services/supervisor/src/process/guard.ts'

// A process that holds a guarded daemon and can be killed by the test: prints the daemon's pid and stays.
const daemon = await startGuarded({
  command: '/bin/sh',
  args: ['-c', process.argv[2] ?? ''],
  cwd: '/',
  env: process.env,
  stopSignal: 'TERM',
  stopLimitSeconds: 1,
  onOutput: () => undefined,
})
console.log(daemon.pid)
await daemon.ended
