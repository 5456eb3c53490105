export { type EnsureProgramsOptions, ensureProgram, ensurePrograms, type Program } from './ensure-programs.ts'
export { type ProgramName, programTable } from './program-table.ts'
