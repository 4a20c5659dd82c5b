import { createRequire } from 'node:module';
import { comingBack, joinAsBefore, type Membership } from './kafkajs-member.js';

interface Group {
  memberId: string | null;
  /** Runs what joins, again and again where that may help. */
  retrier: () => Promise<void>;
}

/** Joins by kafkajs's own code, up to what would ask a broker. */
const join = (membership: Membership, answer: (group: Group) => Promise<void>): Promise<string | null> => {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup') as {
    prototype: { joinAndSync: (this: Group) => Promise<void> };
  };
  const { joinAndSync } = prototype;
  let asked: string | null = null;
  const group: Group = {
    memberId: null,
    retrier: () => {
      asked = group.memberId;
      return answer(group);
    },
  };
  return comingBack(membership, () => joinAndSync.call(group)).then(
    () => asked,
    () => asked,
  );
};

describe('a consumer that is made anew', () => {
  beforeAll(joinAsBefore);

  it('joins as the member that it was, once', async () => {
    const membership: Membership = { memberId: 'member-1' };
    expect(await join(membership, () => Promise.resolve())).toBe('member-1');
    expect(membership.memberId).toBeUndefined();
    expect(await join(membership, () => Promise.resolve())).toBeNull();
  });

  it('does so again where it was not answered', async () => {
    const membership: Membership = { memberId: 'member-1' };
    await join(membership, () => Promise.reject(new Error('Closed connection')));
    expect(await join(membership, () => Promise.resolve())).toBe('member-1');
  });

  it('does not where the group knows that member no more', async () => {
    const membership: Membership = { memberId: 'member-1' };
    await join(membership, (group) => {
      group.memberId = null; // as kafkajs does then
      return Promise.reject(new Error('UNKNOWN_MEMBER_ID'));
    });
    expect(membership.memberId).toBeUndefined();
  });
});
