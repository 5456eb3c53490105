export { openFrontDoor } from './front-door.ts'
export { Installation } from './installation.ts'
export { getCaller, setRouteLabel } from './request-facts.ts'
export { Upstreams } from './upstreams.ts'
