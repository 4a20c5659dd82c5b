import { randomUUID } from 'node:crypto';
import { EpcisEventCaptured } from '#contracts/epcis.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { until } from '#messaging/testing/until.js';
import {
  type Answer,
  expectProblem,
  type RunningService,
  untilReady,
} from '#service/testing/running-service.js';
import { eventFaults } from './epcis/check-event.js';
import { arriving, CONTEXT } from './epcis/epcis.story.js';
import type { EpcisQueryDocument } from './epcis/query-view.js';
import type { ShipmentView } from './shipment-view.js';
import { ANTIMONY, departed, observed, planned, registered, reported } from './shipment.story.js';
import { runShipments, SHIPMENTS_TOPICS } from './testing/run-shipments.js';

const ID = 'SHP-EPCIS';
const EVENT_ID = `urn:uuid:${randomUUID()}`;

describe('GET /epcis/events', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await runShipments();
    await untilReady(service, SHIPMENTS_TOPICS);
    const cargo = [{ ...ANTIMONY, containers: ['CSQU3054383'] }];
    const story = [
      registered({ cargo }),
      reported('loaded', { at: '2025-09-11T00:00:00Z' }),
      departed(),
      observed('inspecting'),
      planned('2025-10-01T00:00:00Z'),
    ];
    await service.send(SHIPMENTS_INBOUND, ...story.map(({ event }) => ({ ...event, subject: ID })));
    await service.send(SHIPMENTS_INBOUND, {
      id: EVENT_ID,
      source: '/epcis',
      type: EpcisEventCaptured.type,
      subject: 'arrival',
      data: { event: arriving({ eventID: EVENT_ID }), context: CONTEXT },
      extensions: {},
    });
    await until('it has arrived', async () => {
      const { status, body } = await service.get<ShipmentView>(`/shipments/${ID}`);
      return status === 200 && body.status === 'arrived';
    });
  });
  afterAll(() => service?.stop());

  const ask = (query: string): Promise<Answer<EpcisQueryDocument>> =>
    service.get<EpcisQueryDocument>(`/epcis/events?shipment=${ID}${query}`);
  const steps = ({ body }: Answer<EpcisQueryDocument>): unknown[] =>
    body.epcisBody.queryResults.resultsBody.eventList.map(({ bizStep }) => bizStep);

  it('answers with what has happened, in an EPCISQueryDocument of valid events', async () => {
    const answer = await ask('');
    expect(answer.headers.get('link')).toBeNull();
    expect(answer.body).toMatchObject({ type: 'EPCISQueryDocument', schemaVersion: '2.0' });
    expect(steps(answer)).toEqual(['loading', 'departing', 'inspecting', 'arriving']);
    for (const event of answer.body.epcisBody.queryResults.resultsBody.eventList)
      expect(eventFaults(event)).toEqual([]);
  });

  it('gives what was captured under its eventID, to be captured again as a repeat', async () => {
    const { body } = await ask(`&EQ_eventID=${EVENT_ID}`);
    const [event] = body.epcisBody.queryResults.resultsBody.eventList;
    expect(event).toMatchObject({ eventID: EVENT_ID, readPoint: { id: 'urn:epc:id:sgln:9521321.00002.0' } });
    const tried = await service.post('/epcis/capture?dryRun=true', {
      '@context': body['@context'],
      ...event,
    });
    expect(tried.body).toMatchObject({ accepted: [{ becomes: [{ id: EVENT_ID }] }], refused: [] });
  });

  it('leads over all pages by the Link to the next, filters and all', async () => {
    const seen: unknown[] = [];
    let path: string | undefined =
      `/epcis/events?shipment=${ID}&perPage=1&EQ_bizStep=departing%7Carriving%7Cloading`;
    while (path !== undefined) {
      const answer: Answer<EpcisQueryDocument> = await service.get<EpcisQueryDocument>(path);
      seen.push(...steps(answer));
      path = /^<(\/epcis\/events\?[^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(['loading', 'departing', 'arriving']);
  });

  it.each([
    ['', '/shipment'],
    [`shipment=${ID}&perPage=0`, '/perPage'],
    [`shipment=${ID}&perPage=501`, '/perPage'],
    [`shipment=${ID}&GE_eventTime=yesterday`, '/GE_eventTime'],
    [`shipment=${ID}&nextPageToken=AAAA`, '/nextPageToken'],
    [`shipment=${ID}&EQ_bizStep=a&EQ_bizStep=b`, '/EQ_bizStep'],
    [`shipment=${ID}&WD_readPoint=x`, '/WD_readPoint'],
    ['shipment[$ne]=x', '/shipment'],
  ])('refuses %s', async (query, pointer) => {
    expectProblem(await service.get(`/epcis/events?${query}`), 400, 'invalid-query', pointer);
  });

  it('knows no shipment that it has not heard of', async () => {
    expectProblem(await service.get('/epcis/events?shipment=SHP-NONE'), 404, 'not-found');
  });
});
