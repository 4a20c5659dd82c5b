/** A deal as its desk registers it over HTTP, and what is seen of it there. */
import { randomUUID } from 'node:crypto';
import type { DealRegistered } from '#contracts/deals.js';
import { until } from '#messaging/testing/until.js';
import type { RunningService } from '#service/testing/running-service.js';
import { registered } from '../deal.story.js';
import type { DealView } from '../deal-view.js';

export const terms = registered().event.data as DealRegistered;

export const overHttp = (deals: () => RunningService) => ({
  register: async (told: Partial<DealRegistered> = {}, id = `DEAL-${randomUUID()}`): Promise<string> => {
    const { status } = await deals().post('/deals', { id, ...terms, ...told });
    expect(status).toBe(202);
    await until(`${id} is there`, async () => (await deals().get(`/deals/${id}`)).status === 200);
    return id;
  },
  deal: async (id: string): Promise<DealView> => (await deals().get<DealView>(`/deals/${id}`)).body,
});
