import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';

/** kafkajs's own member of a consumer group, as far as it is used here; not a part of its public face. */
interface ConsumerGroupClass {
  readonly prototype: { memberId: string | null; joinAndSync(): Promise<void> };
}

/** The id by which the group may still know a consumer that was here before; undefined once it has been used. */
export interface Membership {
  memberId: string | undefined;
}

const memberships = new AsyncLocalStorage<Membership>();

/** Has what kafkajs joins while this runs come back as the member that it was. */
export const comingBack = <T>(membership: Membership, run: () => Promise<T>): Promise<T> =>
  memberships.run(membership, run);

/**
 * Lets a consumer that is made anew, because the broker of its group went away, join as the member that it was.
 *
 * kafkajs joins as a new one. The group would wait for the old one, whom it remembers when it is back, for a whole session, and
 * nobody would be given a partition meanwhile. Where the group knows the old one no more, kafkajs joins as a new one after all.
 */
export function joinAsBefore(): void {
  const { prototype } = createRequire(import.meta.url)(
    'kafkajs/src/consumer/consumerGroup',
  ) as ConsumerGroupClass;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
  const { joinAndSync } = prototype;
  prototype.joinAndSync = async function () {
    const membership = memberships.getStore();
    const memberId = membership?.memberId;
    if (this.memberId !== null || membership === undefined || memberId === undefined)
      return joinAndSync.call(this);
    this.memberId = memberId;
    membership.memberId = undefined; // once: whom the group does not know is not to come back for ever
    try {
      await joinAndSync.call(this);
    } catch (error) {
      // Where the group has not said so, kafkajs leaves the id: it was not answered, and the next attempt comes back with it.
      if (this.memberId === memberId) membership.memberId = memberId;
      throw error;
    }
  };
}
