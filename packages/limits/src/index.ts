export { declaredLimits, type LimitDeclaration, type LimitOwner, limit } from './limit.ts'
export { renderLimits } from './render-limits.ts'
