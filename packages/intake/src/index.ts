export { admitInstance, admitNewcomer } from './admission.ts'
export { InstanceIntake, type IntakeLimits, type IntakeOutcome, intakeLimits, type Stored } from './instance-intake.ts'
export { type LaneOwner, LanePool } from './lane-pool.ts'
export { type Refusal, refusal, storeStatus } from './refusal.ts'
