/** What to do about a store that fails, by what its driver says. See docs/operations.md. */
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'start it, or correct the host and the port in --store',
  ETIMEDOUT: 'see whether a firewall is in between',
  ENOTFOUND: 'correct the name of the host in --store',
  EAI_AGAIN: 'correct the name of the host in --store',
  WRONGPASS: 'correct the password in --store',
  NOAUTH: 'give the password in --store',
  NOPERM: 'let this user of Redis call scripts, GET, SET, DEL and SCAN',
  OOM: 'its memory is full: raise maxmemory',
  MISCONF: 'it cannot write to its disk: see its log',
  READONLY: 'it is a replica: name the master, or the Sentinels',
  LOADING: 'it reads its file after a restart: wait',
  CLUSTERDOWN: 'a part of the cluster has no master: see CLUSTER INFO',
  ResourceNotFoundException: 'create the table in this Region, or correct its name',
  AccessDeniedException: 'let these credentials read and write the table: docs/aws.md',
  UnrecognizedClientException: 'correct the credentials',
  ThrottlingException: 'raise the capacity of the table',
  ProvisionedThroughputExceededException: 'raise the capacity of the table',
  MDB_READERS_FULL: 'stop some of the processes that read: see lmdb readers',
  ENOSPC: 'make room on the disk',
}

/** What to do about this failure. */
export function storeAdvice(failure: unknown): string {
  const words = wordsOf(failure)
  const known = Object.entries(ADVICE).find(([word]) => words.includes(word))
  return known?.[1] ?? 'see “What each 503 means” in docs/operations.md'
}

/** The names, codes and messages of an error and its causes. */
function wordsOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure)
  const { name, message, cause, code = '' } = failure as NodeJS.ErrnoException
  return [name, code, message, cause === undefined ? '' : wordsOf(cause)].join(' ')
}
