import type { CloudEvent } from '#contracts/cloudevent.js';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import { backlog } from '../backlog.js';
import { rateOf } from '../clock.js';
import { FullProjections } from '../full-projection.js';
import { random } from '../../simulate/mixing.js';
import { estimate, EVENTS_A_SHIPMENT, traffic, wholeLifecycles } from '../lifecycles.js';
import type { Subject, Tell } from '../row.js';
import { watchedAtWork } from '../service-process.js';
import { type Setting, uniqueName } from '../setting.js';

/** Of the events of the throughput rows: as many are counted, and as many shipments are in the small projection. */
const COUNTED = 1 / 5;
const SHIPMENTS = 1 / 20;
const LARGER = 100;

type Events = (projection: SizedProjection, run: number, count: number) => Iterable<CloudEvent>;

/** New shipments, while all those of the projection are at rest. */
const ofNewShipments: Events = (_projection, run, count) => traffic(count / EVENTS_A_SHIPMENT, 10_000 + run);

/** An event for any of so many shipments as a small projection has, all alike likely. In a large one they lie far apart. */
function* ofSome({ full, shipments }: SizedProjection, run: number, count: number): Generator<CloudEvent> {
  const copies = shipments / full.folded;
  yield* estimates(full, run, count, (random) => {
    const nth = Math.floor(random * full.folded);
    return (nth % copies) * full.folded + nth;
  });
}

/** An event for any shipment of the projection: the worst there is, where each event is a write of its own. */
const ofAll: Events = ({ full, shipments }, run, count) =>
  estimates(full, run, count, (random) => Math.floor(random * shipments));

function* estimates(
  full: FullProjections,
  run: number,
  count: number,
  placeOf: (random: number) => number,
): Generator<CloudEvent> {
  const next = random(run);
  for (let nth = 0; nth < count; nth++) {
    const { id, seed } = full.at(placeOf(next()));
    yield estimate(id, seed, run * count + nth);
  }
}

/** A projection of so many shipments, made once a measurement where it is small, and once where it is large. */
class SizedProjection {
  readonly database = uniqueName('size');
  /** Of its topics: a projection knows how far it is in them, so that what comes later must lie behind. */
  namespace = '';
  private isFull = false;

  constructor(
    private readonly setting: Setting,
    readonly full: FullProjections,
    readonly shipments: number,
  ) {}

  /** What a run adds is next to nothing to a large projection. A small one would grow run by run, and is made anew. */
  async fill(tell: Tell): Promise<void> {
    if (this.isFull && this.shipments > this.full.folded) return;
    await this.full.fold();
    await this.drop();
    await this.full.fill(this.database, this.shipments, tell);
    this.namespace = `${uniqueName('size')}.`;
    this.isFull = true;
  }

  drop(): Promise<boolean> {
    return this.setting.mongo.db(this.database).dropDatabase();
  }
}

/** (h) What an event costs with so many shipments in the projection: of others than those, and of those themselves. */
export function projectionSizes(setting: Setting): Subject[] {
  const shipments = Math.ceil(setting.events * SHIPMENTS);
  const full = new FullProjections(setting, shipments);
  const count = wholeLifecycles(setting.events * COUNTED);
  const warmUp = wholeLifecycles(setting.warmUp / 4);
  let run = 0;

  const subject = (name: string, projection: SizedProjection, whose: string, events: Events): Subject => ({
    rows: [
      {
        name,
        unit: 'events/s',
        title: `${projection.shipments.toLocaleString('en')} shipments in the projection, events of ${whose}`,
      },
    ],
    prepare: (tell) => projection.fill(tell),
    async run(tell) {
      await projection.fill(tell);
      const { database, namespace } = projection;
      const filled = { topic: SHIPMENTS_INBOUND, events: events(projection, ++run, warmUp + count) };
      await backlog(setting, 'shipments', [filled], { namespace });
      const work = { namespace, database, topic: SHIPMENTS_INBOUND, from: warmUp, to: warmUp + count };
      return { [name]: rateOf(await watchedAtWork(setting, 'shipments', work, tell)) };
    },
    async close() {
      await projection.drop();
      await full.drop();
    },
  });

  const small = new SizedProjection(setting, full, shipments);
  const large = new SizedProjection(setting, full, shipments * LARGER);
  return [
    subject('size-10k', small, 'others', ofNewShipments),
    subject('size-1m', large, 'others', ofNewShipments),
    subject('size-10k-some', small, 'them', ofSome),
    subject('size-1m-some', large, 'as many of them', ofSome),
    subject('size-1m-all', large, 'all of them', ofAll),
  ];
}
