/**
 * What each parcel of a shipment, a lot of its registration, has come to: in which containers it is, what they passed
 * last, whether customs hold them, and which seals they had last; told when it is read. Pure.
 */
import { Container, Id, Nested, OneOf, Optional, Text, Timestamp } from '#contracts/fields.js';
import { type Milestone, MilestoneReported, MILESTONES, ObservationReported } from '#contracts/shipments.js';
import { Place } from '#contracts/trade.js';
import { Described, ManyOf } from '#service/view-fields.js';
import { arrivedCargo, containersOf, isArrival, onlyContainerOf } from './arrival.js';
import { holdsOf } from './customs.js';
import { type Accepted, inOrderOfHappening, type Shipment } from './shipment.js';
import { fatesIn } from './standing.js';

const CUSTOMS = ['held', 'released'] as const;
type Customs = (typeof CUSTOMS)[number];

class PassedView {
  @OneOf(MILESTONES) readonly milestone!: Milestone;
  @Timestamp() readonly at!: string;
  @Optional() @Nested(() => Place) readonly place?: Place;
}

class SealedView {
  @Described({ type: 'array', items: { type: 'string' } }) readonly numbers!: readonly string[];
  @Timestamp() readonly at!: string;
  @Text(1024) readonly source!: string;
}

/** What a container has come to, or a lot that is in none. */
class Whereabouts {
  /** What it passed last, by itself or with the whole shipment. */
  @Optional() @Nested(() => PassedView) readonly passed?: PassedView;
  /** At the port of discharge; of a lot, once it is in whole. */
  @Optional() @Timestamp() readonly arrivedAt?: string;
  /** Absent where customs have not said a word of it; a lot is released once all of its containers are. */
  @Optional() @OneOf(CUSTOMS) readonly customs?: Customs;
  /** The seals that were seen on it last; `seals` has which were seen at first. */
  @Optional() @Nested(() => SealedView) readonly sealed?: SealedView;
}

class ParcelContainerView extends Whereabouts {
  @Container() readonly container!: string;
}

/** A lot, by itself: `cargo` has its mineral and what it was declared to weigh, `weights` what it weighed on the way. */
export class ParcelView extends Whereabouts {
  @Id() readonly lot!: string;
  /** Those that it was registered in. What they passed and their seals are told of each of them, and not of the lot. */
  @ManyOf(() => ParcelContainerView) readonly containers!: readonly ParcelContainerView[];
}

/** In the order of the registration. */
export function parcelsOf(shipment: Shipment, history: readonly Accepted[]): readonly ParcelView[] {
  const { registration, arrival } = shipment;
  if (!registration) return [];
  const { whole, of } = whereaboutsOf(shipment, history);
  const arrived = arrival && new Set(arrivedCargo(registration, arrival));
  return registration.data.cargo.map((lot) => {
    if (!lot.containers) return { lot: lot.lot, ...whole, containers: [] };
    const containers = lot.containers.map((container) => ({ container, ...of(container) }));
    const customs = customsOfAll(containers);
    return {
      lot: lot.lot,
      ...(arrived?.has(lot) && { arrivedAt: latest(containers) ?? arrival!.at }),
      ...(customs && { customs }),
      containers,
    };
  });
}

const latest = (containers: readonly Whereabouts[]): string | undefined =>
  containers
    .flatMap(({ arrivedAt }) => arrivedAt ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);

function customsOfAll(containers: readonly Whereabouts[]): Customs | undefined {
  if (containers.some(({ customs }) => customs === 'held')) return 'held';
  return containers.every(({ customs }) => customs === 'released') ? 'released' : undefined;
}

/** One pass of the timeline, and one of the slots, however many containers there are. */
function whereaboutsOf(
  shipment: Shipment,
  history: readonly Accepted[],
): { readonly whole: Whereabouts; readonly of: (container: string) => Whereabouts } {
  const known = shipment.registration ? containersOf(shipment.registration) : new Set<string>();
  const { passed, sealed } = seenIn(shipment, history);
  const arrivedAt = arrivalsOf(shipment);
  const customs = customsOf(shipment, known);
  const at = (container: string): Whereabouts => {
    const found = {
      passed: later(passed.get(container), passed.get(WHOLE))?.view,
      arrivedAt: arrivedAt(container),
      customs: customs(container),
      sealed: sealed.get(container)?.view,
    };
    return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  };
  return { whole: at(WHOLE), of: at };
}

/** Where what is of no container is looked up. */
const WHOLE = '';

interface Seen<T> {
  /** Its place in the order of happening. */
  readonly nth: number;
  readonly view: T;
}

const later = <T>(a: Seen<T> | undefined, b: Seen<T> | undefined): Seen<T> | undefined =>
  a && b ? (a.nth > b.nth ? a : b) : (a ?? b);

/** By container, what it passed last by itself, and the seals that were on it last. */
function seenIn(
  shipment: Shipment,
  history: readonly Accepted[],
): { passed: ReadonlyMap<string, Seen<PassedView>>; sealed: ReadonlyMap<string, Seen<SealedView>> } {
  const passed = new Map<string, Seen<PassedView>>();
  const sealed = new Map<string, Seen<SealedView>>();
  // Seals that name no container are of the only one, where there is one.
  const only = (shipment.registration && onlyContainerOf(shipment.registration)) ?? WHOLE;
  const fateOf = fatesIn(shipment);
  for (const [nth, { event }] of inOrderOfHappening(history).entries()) {
    if (event.type !== MilestoneReported.type && event.type !== ObservationReported.type) continue;
    if (fateOf(event) !== 'stands') continue;
    const { at, place, containers = [WHOLE], seals = [] } = event.data;
    if (event.type === MilestoneReported.type) {
      const { milestone, classifier } = event.data;
      if (classifier !== 'ACT') continue;
      const view = { milestone, at, ...(place && { place }) };
      for (const container of containers) passed.set(container, { nth, view });
    }
    for (const [container, on] of Map.groupBy(seals, ({ container: one = only }) => one)) {
      const numbers = [...new Set(on.map(({ number }) => number))].sort();
      sealed.set(container, { nth, view: { numbers, at, source: event.source } });
    }
  }
  return { passed, sealed };
}

/** When a container was last said to have arrived, by itself or with the whole. */
function arrivalsOf({
  milestones,
  arrival,
  registration,
}: Shipment): (container: string) => string | undefined {
  const byContainer = new Map<string, string>();
  let whole: string | undefined;
  for (const claim of arrival ? milestones : []) {
    if (claim.milestone !== 'arrived' || claim.classifier !== 'ACT' || !isArrival(claim, registration))
      continue;
    if (!claim.containers) whole = claim.at;
    for (const container of claim.containers ?? []) byContainer.set(container, claim.at);
  }
  const isWhole = arrival && !arrival.containers;
  return (container) =>
    container === WHOLE ? (isWhole ? arrival.at : undefined) : (byContainer.get(container) ?? whole);
}

/** What customs said of a container; of the whole, what they said of it, and of any container where none is known. */
function customsOf(
  { milestones, registration }: Shipment,
  known: ReadonlySet<string>,
): (container: string) => Customs | undefined {
  const actual = milestones.filter(({ classifier }) => classifier === 'ACT');
  const holds = holdsOf(actual, registration);
  const releases = actual.filter(({ milestone }) => milestone === 'customs-released');
  const named = (claims: readonly { readonly containers?: readonly string[] }[]): ReadonlySet<string> =>
    new Set(claims.flatMap(({ containers = [] }) => containers));
  const [held, released] = [named(holds), named(releases)];
  const isOfWhole = ({ containers }: { readonly containers?: readonly string[] }): boolean =>
    !containers || known.size === 0;
  const [isHeld, isReleased] = [holds.some(({ claim }) => isOfWhole(claim)), releases.some(isOfWhole)];
  return (container) => {
    if (container === WHOLE ? isHeld : held.has(container)) return 'held';
    return isReleased || released.has(container) ? 'released' : undefined;
  };
}
