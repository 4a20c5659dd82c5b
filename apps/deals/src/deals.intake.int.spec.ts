import { randomUUID } from 'node:crypto';
import { until } from '#messaging/testing/until.js';
import { expectProblem, type RunningService, untilReady } from '#service/testing/running-service.js';
import { commitment } from './deal.story.js';
import type { DealView } from './deal-view.js';
import { overHttp, terms } from './testing/over-http.js';
import { DEALS_TOPICS, runDeals } from './testing/run-deals.js';

describe('the deals service', () => {
  let deals: RunningService;

  beforeAll(async () => {
    deals = await runDeals();
    await untilReady(deals, DEALS_TOPICS);
  }, 60_000);
  afterAll(() => deals?.stop());

  const { deal, register } = overHttp(() => deals);

  describe('takes a deal in over HTTP', () => {
    it('says where it will be, and shows it there', async () => {
      const id = `DEAL-${randomUUID()}`;
      const answer = await deals.post('/deals', { id, ...terms });
      expect([answer.status, answer.headers.get('location')]).toEqual([202, `/deals/${id}`]);
      await until('it is there', async () => (await deals.get(`/deals/${id}`)).status === 200);
      expect(await deal(id)).toMatchObject({
        id,
        title: terms.title,
        registered: true,
        fulfilled: false,
        commitments: [{ committed: '100', delivered: '0', remaining: '100', percent: '0.00' }],
      });
    });

    it('gives the same content sent again the same deal, and so no second one', async () => {
      const body = { ...terms, title: randomUUID() };
      const [once, again] = [await deals.post('/deals', body), await deals.post('/deals', body)];
      expect(once.headers.get('location')).toMatch(/^\/deals\/deal-[0-9a-f]{32}$/);
      expect(again.headers.get('location')).toEqual(once.headers.get('location'));
    });

    it('has the last of three registrations hold, though it says what the first said', async () => {
      const id = await register({ title: 'A' });
      const { termsAt } = await deal(id);
      await register({ title: 'B' }, id);
      await until('B holds', async () => (await deal(id)).title === 'B');
      await register({ title: 'A' }, id);
      await until('A holds again', async () => (await deal(id)).title === 'A');
      expect((await deal(id)).termsAt! > termsAt!).toBe(true);
    });

    it('knows a request by its key when it comes again, even behind others', async () => {
      const id = `DEAL-${randomUUID()}`;
      const keyed = (key: string) => ({ 'content-type': 'application/json', 'idempotency-key': key });
      const once = await deals.post('/deals', { id, ...terms, title: 'A' }, keyed('1'));
      await deals.post('/deals', { id, ...terms, title: 'B' }, keyed('2'));
      const again = await deals.post('/deals', { id, ...terms, title: 'A' }, keyed('1'));
      expect([again.status, again.body]).toEqual([202, once.body]);
      await deals.post(`/deals/${id}/amendments`, {
        reason: 'last',
        value: { amount: '1', currency: 'USD' },
      });
      await until('all is taken', async () => (await deal(id)).value !== undefined);
      expect((await deal(id)).title).toBe('B');
    });

    it('refuses another request with the key of an earlier one, into the dead letters', async () => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
      const once = await deals.post('/deals', { ...terms, title: 'A' }, headers);
      const other = await deals.post('/deals', { ...terms, title: 'B' }, headers);
      expect([once.status, other.status]).toEqual([202, 202]);
      expect(other.headers.get('location')).toBe(once.headers.get('location'));
      const letter = await deals.read(
        'deals.dead-letters',
        (message) => message.headers['ce_idempotencykey'] === headers['idempotency-key'],
      );
      expect(letter.headers['deadletter_reason']).toBe('idempotency-key-reused');
      expect(letter.value).toMatchObject({ title: 'B' });
      const { body } = await deals.get<DealView>(once.headers.get('location')!);
      expect(body.title).toBe('A');
    });

    it.each([
      ['empty', ''],
      ['too long', 'x'.repeat(1025)],
    ])('refuses a key that is %s', async (_, key) => {
      const answer = await deals.post('/deals', terms, {
        'content-type': 'application/json',
        'idempotency-key': key,
      });
      expectProblem(answer, 400, 'invalid-envelope', '/idempotencykey');
    });

    it('amends it', async () => {
      const id = await register();
      expect(
        (
          await deals.post(`/deals/${id}/amendments`, {
            reason: 'more',
            commitments: [commitment({ quantity: '120' })],
          })
        ).status,
      ).toBe(202);
      await until('amended', async () => (await deal(id)).commitments[0]?.committed === '120');
    });

    it('tells an amendment from a registration that was sent with the same idempotency key', async () => {
      const id = `DEAL-${randomUUID()}`;
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'mine-1' };
      await deals.post('/deals', { id, ...terms }, headers);
      await deals.post(`/deals/${id}/amendments`, { reason: 'renamed', title: 'Renamed' }, headers);
      await until('amended', async () => (await deal(id)).title === 'Renamed');
    });

    it('puts the trace of each request into its event', async () => {
      const id = `DEAL-${randomUUID()}`;
      const json = { 'content-type': 'application/json' };
      const traceOf = (n: number): string => `00-4bf92f3577b34da6a3ce929d0e0e473${n}-00f067aa0ba902b7-01`;
      await deals.post('/deals', { id, ...terms }, { ...json, traceparent: traceOf(1) });
      await deals.post(`/deals/${id}/amendments`, { reason: 'x' }, { ...json, traceparent: traceOf(2) });
      for (const n of [1, 2]) {
        await deals.read(
          'deals.inbound',
          ({ key, headers }) => key === id && headers['ce_traceparent'] === traceOf(n),
        );
      }
    });

    it('refuses what is not as the contract says, pointing to each fault', async () => {
      const answer = await deals.post('/deals', {
        ...terms,
        title: '',
        commitments: [commitment({ quantity: '1e3' })],
      });
      expectProblem(answer, 422, 'invalid-data', '/title', '/commitments/0/quantity');
    });

    it('refuses two commitments of one mineral and basis', async () => {
      const answer = await deals.post('/deals', { ...terms, commitments: [commitment(), commitment()] });
      expectProblem(answer, 422, 'invalid-data', '/commitments/1');
    });

    it.each([
      ['what is not JSON', '{', 400, 'malformed-json'],
      ['nothing', '', 400, 'malformed-json'],
      ['a list', '[]', 422, 'invalid-data'],
      ['null', 'null', 422, 'invalid-data'],
      ['a number', '7', 422, 'invalid-data'],
      ['a key of __proto__', `{"__proto__":{"x":1},${JSON.stringify(terms).slice(1)}`, 422, 'invalid-data'],
      ['a key of $where', `{"$where":"1",${JSON.stringify(terms).slice(1)}`, 422, 'invalid-data'],
      ['an id that is an object', JSON.stringify({ ...terms, id: { $gt: '' } }), 400, 'invalid-envelope'],
      [
        'an id of lists in lists',
        `{"id":${'['.repeat(100_000)}${']'.repeat(100_000)},${JSON.stringify(terms).slice(1)}`,
        400,
        'invalid-envelope',
      ],
      ['an id with a dollar', JSON.stringify({ ...terms, id: '$where' }), 400, 'invalid-envelope'],
      ['lists in lists', '['.repeat(100_000) + ']'.repeat(100_000), 422, 'invalid-data'],
      ['objects in objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 422, 'invalid-data'],
      [
        'deep extensions',
        `{"extensions":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
        422,
        'invalid-data',
      ],
    ])('refuses %s', async (_, body, status, code) => {
      expectProblem(await deals.post('/deals', body), status, code);
    });

    it.each(['text/plain', 'application/xml', 'nonsense'])('refuses %s', async (type) => {
      expectProblem(
        await deals.post('/deals', JSON.stringify(terms), { 'content-type': type }),
        415,
        'unsupported-content-type',
      );
    });

    it('refuses more than it takes', async () => {
      const refused = await deals.post('/deals', 'x'.repeat(1024 * 1024 + 1));
      expect(expectProblem(refused, 413, 'too-large').detail).toMatch('at most 1048576 bytes');
    });
  });
});
