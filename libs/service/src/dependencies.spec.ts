import { until } from '#messaging/testing/until.js';
import { Dependencies } from './dependencies.js';

describe('the dependencies', () => {
  let dependencies: Dependencies | undefined;
  afterEach(() => dependencies?.stop());
  const status = () => dependencies!.all[0]!;

  it('are down until they are asked, and it is said that they have not been', () => {
    dependencies = new Dependencies({ kafka: () => Promise.resolve() });
    expect(status()).toMatchObject({ name: 'kafka', up: false, known: false, error: 'not asked yet' });
  });

  it('are up once they have answered, and whoever wants to know is told of each answer', async () => {
    const told: string[] = [];
    dependencies = new Dependencies({ kafka: () => Promise.resolve() }, (name) => told.push(name));
    dependencies.start();
    await until('it is up', () => status().up);
    expect([status().known, status().error, told]).toEqual([true, undefined, ['kafka']]);
  });

  it('are down since they last answered, with the reason, and up again when they answer', async () => {
    let fails = false;
    dependencies = new Dependencies({
      kafka: () => (fails ? Promise.reject(new Error('refused')) : Promise.resolve()),
      other: () => Promise.reject(new Error('never there')), // keeps them asking four times a second
    });
    dependencies.start();
    await until('it is up', () => status().up);
    fails = true;
    await until('it is down', () => !status().up);
    const { since } = status();
    expect(status()).toMatchObject({ known: true, error: 'refused' });
    fails = false;
    await until('it is up again', () => status().up);
    expect(status().since.getTime()).toBeGreaterThanOrEqual(since.getTime());
  });

  it('are not down for one answer that failed', async () => {
    let asked = 0;
    dependencies = new Dependencies({
      kafka: () => (++asked === 2 ? Promise.reject(new Error('late')) : Promise.resolve()),
      other: () => Promise.reject(new Error('never there')), // keeps them asking four times a second
    });
    dependencies.start();
    await until('it is up', () => status().up);
    const { since } = status();
    await until('it has failed once, and answered since', () => asked > 3);
    expect(status()).toMatchObject({ up: true, since });
  });

  it('that hang are down: nobody waits for them', async () => {
    dependencies = new Dependencies({ kafka: () => new Promise(() => undefined) });
    dependencies.start();
    await until('it is said to hang', () => /no answer within/.test(status().error ?? ''));
    expect(status().up).toBe(false);
  });

  it('are asked no more once it stops', async () => {
    let asked = 0;
    dependencies = new Dependencies({ kafka: () => Promise.resolve(asked++) });
    dependencies.start();
    dependencies.stop();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(0);
  });
});
