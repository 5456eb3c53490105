// Loaded before a service's own code (`NODE_OPTIONS=--import=…`): gives VNA_FAULT_POINT to one service of the stack, since
// each knows its own points only.
if (process.argv[1]?.includes(`/services/${process.env.CRASH_SERVICE}/`)) {
  process.env.VNA_FAULT_POINT = process.env.CRASH_POINT
}
