/**
 * After a suite: the seconds of each of its files, the longest first: import, hooks and tests, so that the servers a file
 * starts count; what the whole suite is given beforehand (programs, a database) does not. A vitest reporter.
 */
export default class SecondsReporter {
  onTestRunEnd(modules) {
    if (modules.length === 0) return
    const files = modules.map(secondsOf).sort((a, b) => b.seconds - a.seconds)
    const sum = files.reduce((total, { seconds }) => total + seconds, 0)
    const lines = files.map(({ name, seconds }) => `${seconds.toFixed(1).padStart(8)}  ${name}`)
    console.log(['', 'seconds of each file', ...lines, `${sum.toFixed(1).padStart(8)}  all ${files.length}`].join('\n'))
  }
}

function secondsOf(module) {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } = module.diagnostic()
  const ms = environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration
  return { name: module.relativeModuleId, seconds: ms / 1000 }
}
