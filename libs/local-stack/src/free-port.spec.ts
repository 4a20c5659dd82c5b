import { createServer } from 'node:net';
import { freePort, retryTakenPort } from './free-port.js';
import { ServerNotReadyError } from './until-ready.js';

it('gives a port that can be listened on, below those of outgoing connections', async () => {
  const port = await freePort();
  expect(port).toBeLessThan(32_768);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await new Promise((resolve) => server.close(resolve));
});

describe('a port that was taken meanwhile', () => {
  const taken = new ServerNotReadyError(
    'mongod ended. Its last log lines:\nFailed to bind: Address already in use',
  );
  const startThatFails = (errors: Error[]) => async () => {
    const error = errors.shift();
    if (error) throw error;
    return 'up';
  };

  it('is tried again, on others', async () => {
    await expect(retryTakenPort(startThatFails([taken, taken]))).resolves.toBe('up');
  });

  it('is given up after the third time', async () => {
    await expect(retryTakenPort(startThatFails([taken, taken, taken]))).rejects.toBe(taken);
  });

  it("is told by Docker's engine in words of its own", async () => {
    const bind =
      'driver failed programming external connectivity: listen tcp4 0.0.0.0:23999: bind: address already in use';
    const engine = Object.assign(new Error(`(HTTP code 500) server error - ${bind}`), { statusCode: 500 });
    await expect(retryTakenPort(startThatFails([engine]))).resolves.toBe('up');
  });

  it('is not what every failure is', async () => {
    const other = new ServerNotReadyError('mongod ended. Its last log lines:\nNo space left on device');
    await expect(retryTakenPort(startThatFails([other]))).rejects.toBe(other);
  });
});
