/** What to do about an address that cannot be listened on, by the system's code. */
export const LISTEN_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there, choose another --port',
  EADDRNOTAVAIL: '--host must be an address of this machine',
  ENOTFOUND: '--host must be an address or a name of this machine',
  EAI_AGAIN: '--host must be an address or a name of this machine',
  EACCES: 'this user may not listen on that port, choose one above 1023',
}
