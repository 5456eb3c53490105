/** `npm test` runs the short form of every schedule; `test:faults` and `test:scale` run the long one. */
export const isLongSchedule = process.env.VNA_TEST_SCHEDULE === 'long'

/** The figure of the schedule that runs. */
export const bySchedule = <T>(figures: { readonly short: T; readonly long: T }): T =>
  isLongSchedule ? figures.long : figures.short
