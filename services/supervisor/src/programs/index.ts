export { type EnsureProgramsOptions, ensureProgram, ensurePrograms } from './ensure-programs.ts'
export type { Program } from './find-program.ts'
export { type ProgramName, programTable } from './program-table.ts'
