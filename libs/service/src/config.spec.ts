import { Integer, InvalidConfiguration, loadConfig, ServiceConfig } from './config.js';

class Config extends ServiceConfig {
  readonly service = 'shipments';
  @Integer(0, 65_535) readonly port: number = 3001;
}

const ENOUGH = { KAFKA_BROKERS: 'localhost:9092', MONGODB_URI: 'mongodb://localhost/?replicaSet=rs0' };

const given = (environment: Record<string, string>) => ({
  then: (expected: Partial<Config>): void => {
    expect(loadConfig(Config, { ...ENOUGH, ...environment })).toMatchObject(expected);
  },
  refused: (...problems: string[]): void => {
    const load = (): unknown => loadConfig(Config, { ...ENOUGH, ...environment });
    expect(load).toThrow(InvalidConfiguration);
    try {
      load();
    } catch (error) {
      const told = (error as InvalidConfiguration).problems;
      expect(told).toHaveLength(problems.length);
      expect(told).toEqual(
        expect.arrayContaining(problems.map((problem) => expect.stringContaining(problem))),
      );
    }
  },
});

describe('the configuration', () => {
  it('needs only to know where Kafka and MongoDB are', () => {
    given({}).then({ port: 3001, host: '0.0.0.0', kafkaNamespace: '', logLevel: 'info', batchSize: 2_500 });
  });

  it('takes numbers and flags from their texts', () => {
    given({ PORT: '0', KAFKA_SSL: 'true', BATCH_SIZE: '1' }).then({ port: 0, kafkaSsl: true, batchSize: 1 });
  });

  it('takes an empty variable for none, as a compose file leaves them', () => {
    given({ PORT: '', LOG_LEVEL: '' }).then({ port: 3001, logLevel: 'info' });
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(loadConfig(Config, ENOUGH))).toBe(true);
  });

  it('tells everything that is wrong at once, by the names of the variables', () => {
    given({
      KAFKA_BROKERS: 'nowhere',
      PORT: '70000',
      BATCH_SIZE: 'many',
      LOG_LEVEL: 'loud',
      KAFKA_SSL: 'yes',
    }).refused('KAFKA_BROKERS', 'KAFKA_SSL', 'LOG_LEVEL', 'BATCH_SIZE', 'PORT');
  });

  it('tells what is missing', () => {
    given({ KAFKA_BROKERS: '', MONGODB_URI: '' }).refused(
      'KAFKA_BROKERS is missing',
      'MONGODB_URI is missing',
    );
  });

  it.each([
    'localhost:27017',
    'mongodb://',
    'mongodb://localhost:port',
    'mongodb://localhost/?unheardOf=1',
    'mongodb://user:p@ss@localhost',
  ])('takes %s for no URI of MongoDB, before anything waits for it', (uri) => {
    given({ MONGODB_URI: uri }).refused('MONGODB_URI must be a URI of MongoDB');
  });

  it.each([
    'mongodb://a:27017,b:27017/deals?replicaSet=rs0',
    'mongodb+srv://user:p%40ss@cluster.example.com/?w=majority',
    'mongodb://[::1]:27017/?directConnection=true',
  ])('takes %s', (uri) => given({ MONGODB_URI: uri }).then({ mongodbUri: uri }));

  it('asks for a user and a password where it is told how to log in', () => {
    given({ KAFKA_SASL_MECHANISM: 'plain' }).refused(
      'KAFKA_USERNAME is missing',
      'KAFKA_PASSWORD is missing',
    );
  });

  it('shows no secrets: not a password, nor an address that may have one in it', () => {
    const secret = 'hunter2';
    const environment = {
      ...ENOUGH,
      MONGODB_URI: `mongo://me:${secret}@db`,
      KAFKA_PASSWORD: secret,
      PORT: 'x',
    };
    const load = (): unknown => loadConfig(Config, environment);
    expect(load).toThrow(/MONGODB_URI.*not shown/);
    expect(load).not.toThrow(new RegExp(secret));
  });
});
