export { openFrontDoor } from './front-door.ts'
export { Installation } from './installation.ts'
export { Upstreams } from './upstreams.ts'
