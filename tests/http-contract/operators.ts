/** The contract as operators, their machines and readers of the documentation see it. */
import { METHODS } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation } from './conversation.ts'
import type { TargetMaker } from './target.ts'

export function describeOperators(maker: TargetMaker): void {
  describe('for operators', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker)
    })
    afterAll(() => service.close())
    const get = (path: string, headers = {}) => service.send({ method: 'GET', path, headers })

    it('the process is alive and ready, and says which version it is', async () => {
      expect((await get('/livez')).body).toEqual({ status: 'alive' })
      expect((await get('/readyz')).body).toEqual({ status: 'ready' })
      expect((await get('/version')).body).toEqual({
        name: 'streamgate',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        policy: { origin: 'built-in', loadedAt: expect.any(String) },
      })
    })

    it('HEAD answers as GET does, without a body', async () => {
      const reply = await service.send({ method: 'HEAD', path: '/livez' })
      expect([reply.status, reply.text]).toEqual([200, ''])
    })

    it('a request id is taken over, unless it is none, and made where there is none', async () => {
      expect((await get('/livez', { 'x-request-id': 'abc-123' })).headers['x-request-id']).toBe('abc-123')
      expect(
        (await get('/livez', { 'x-request-id': 'x'.repeat(129) })).headers['x-request-id'],
      ).not.toContain('x'.repeat(20))
      const made = new Set<string | undefined>()
      for (let count = 0; count < 3; count += 1) made.add((await get('/livez')).headers['x-request-id'])
      expect(made.size).toBe(3)
    })

    it('every kind of problem is explained, as data and as a page', async () => {
      const { body } = await get('/problems')
      const problems = body['problems'] as { type: string; title: string; explanation: string }[]
      expect(problems.length).toBeGreaterThan(8)
      for (const { type, title, explanation } of problems) {
        expect((await get(type)).body).toMatchObject({ type, title, explanation })
        const page = await get(type, { accept: 'text/html' })
        expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
        expect(page.text).toContain(title)
      }
    })

    it('the reference names every operation, runs no script and loads nothing', async () => {
      const { paths } = (await get('/openapi.json')).body as {
        paths: Record<string, Record<string, { operationId: string }>>
      }
      const page = await get('/docs')
      for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
        expect(page.text).toContain(`id="${operation.operationId}"`)
      }
      expect(page.text).not.toMatch(/<script|src=|@import|https?:/)
      expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    })

    it('the policy file has a schema that editors read, under a media type of its own', async () => {
      const { status, headers, body } = await get('/policy.schema.json')
      expect([status, headers['content-type']]).toEqual([200, 'application/schema+json'])
      expect(body).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        properties: { plans: { type: 'object' } },
      })
    })

    it('the line of a decision has a schema with a version', async () => {
      const { status, headers, body } = await get('/decision.schema.json')
      expect([status, headers['content-type']]).toEqual([200, 'application/schema+json'])
      expect(body).toMatchObject({ version: 1, properties: { verb: {}, outcome: {} } })
    })

    it('no page may be framed by another', async () => {
      for (const path of ['/docs', '/problems', '/problems/stream-limit-reached']) {
        const { headers } = await get(path, { accept: 'text/html' })
        expect(headers['content-type'], path).toBe('text/html; charset=utf-8')
        expect(headers['content-security-policy'], path).toContain("frame-ancestors 'none'")
      }
    })

    it('the metrics know a few methods by name, and all others together', async () => {
      // A connection that is to become a tunnel or another protocol never gets as far.
      const methods = METHODS.filter((method) => method !== 'CONNECT')
      for (const method of methods) {
        for (const path of ['/livez', '/users/metered/streams', '/nothing'])
          await service.send({ method, path })
      }
      const known = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other']
      await expect.poll(() => methodsCounted(service)).toEqual(new Set(known))
    })

    it('the metrics count decisions and name no user', async () => {
      await service.start('metered-user', { streamId: 'a' })
      await expect
        .poll(async () => (await get('/metrics')).text)
        .toMatch(/streamgate_decisions_total\{verb="start",outcome="admitted"\} [1-9]/)
      expect((await get('/metrics')).text).not.toContain('metered-user')
    })
  })

  it('a process with too much to do asks callers to come back, but answers its probes', async () => {
    const service = await Conversation.with(maker, { inFlightMax: 0 })
    const reply = await service.start('busy', { streamId: 'a' })
    expect([reply.status, reply.headers['retry-after']]).toEqual([429, '1'])
    expect(reply.body['type']).toBe('/problems/too-many-requests')
    expect((await service.send({ method: 'GET', path: '/livez' })).status).toBe(200)
    await service.close()
  })
}

/** The methods that are a label of some series. */
async function methodsCounted(service: Conversation): Promise<ReadonlySet<string | undefined>> {
  const { text } = await service.send({ method: 'GET', path: '/metrics' })
  const labels = text.matchAll(/^streamgate_http_request_duration_seconds_count\{method="([^"]*)"/gm)
  return new Set([...labels].map(([, method]) => method))
}
