/**
 * Does the work within a bound. After `limitMs` the signal is raised and the promise rejects with a
 * `TimeoutError`, whatever the work does then.
 */
export async function withDeadline<Result>(
  limitMs: number,
  work: (deadline: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const { promise: overdue, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = new DOMException(`DynamoDB did not settle the call within ${limitMs} ms`, 'TimeoutError')
    reject(error)
    controller.abort(error)
  }, limitMs)
  try {
    return await Promise.race([work(controller.signal), overdue])
  } finally {
    clearTimeout(timer)
  }
}
