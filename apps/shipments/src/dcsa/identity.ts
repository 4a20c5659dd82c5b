/** Who a DCSA event is: the party it is of, and its name there. */
import stringify from 'safe-stable-stringify';
import { instantOf } from '#contracts/time.js';
import { uuidsV5 } from '#messaging/uuid-v5.js';
import type { Part } from './part.js';

/** By the namespace of the names of events that came without one. It must never change. */
const unnamedId = uuidsV5('6a0f4d0e-9f0b-5b53-8d5b-1a4f0c5f3c55');
const LONGEST_SOURCE = 1000;
const MOST_PARTIES = 20;

/** The name of an event without an `eventID`: a UUID of all that it says, in whatever order it says it. */
export const nameByContent = (event: unknown): string => unnamedId(stringify(event) ?? '');

/** The source of what a party says. `/dcsa` alone is somebody. */
export const sourceOf = (party: string | undefined): string =>
  party === undefined ? '/dcsa' : `/dcsa/${party}`;

const joined = (...codes: (string | undefined)[]): string | undefined => {
  const told = codes.filter((code) => code !== undefined).map(encodeURIComponent);
  return told.length === 0 ? undefined : told.join(':');
};

/** It becomes a `source`, and that is bounded. */
const bounded = (party: string | undefined, place: Part): string | undefined =>
  party === undefined || party.length <= LONGEST_SOURCE
    ? party
    : place.refuse(
        'too-long',
        `must name its parties in at most ${LONGEST_SOURCE} characters, percent-encoded`,
      );

/** A party of 3.0: `SMDG:LCL:MSK`. */
const partyIn = (part: Part): string | undefined =>
  joined(part.name('codeListProvider', 100), part.name('codeListName', 100), part.name('partyCode', 150));

/** The party, or parties, that an event of 3.0.0 originates from; in any order they are the same. */
export function originIn(routing: Part): string | undefined {
  const parts = routing.has('originatingParties')
    ? routing.parts('originatingParties', MOST_PARTIES)
    : [routing.part('originatingParty')];
  const parties = parts.map(partyIn).filter((party) => party !== undefined);
  if (parties.length === 0) return undefined;
  return bounded([...new Set(parties)].sort().join(','), routing);
}

/** The publisher of an event of the beta: `SMDG:MSK`. */
export const publisherIn = (publisher: Part): string | undefined =>
  bounded(
    publisher.has('carrierCode')
      ? joined(publisher.name('carrierCodeListProvider', 100), publisher.name('carrierCode', 150))
      : joined(publisher.name('partyName', 150)),
    publisher,
  );

/** Before every update: an event that does not say when it was updated is its first word. */
export const NEVER_UPDATED = '1970-01-01T00:00:00Z';

/** The id of one word of an event that may be said anew: the same word always has the same. */
export const revisionId = (name: string, updated: string): string => `${name}@${instantOf(updated)}`;
