export { withObserver, type StoreCall } from './observer.ts'
export { withRenamedUsers } from './renamed-users.ts'
export { withTimeLimit } from './time-limit.ts'
export { WrappedStore, type AroundCall, type StoreVerb } from './wrapped-store.ts'
