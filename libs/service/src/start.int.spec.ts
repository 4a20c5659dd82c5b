import {
  Controller,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { SHIPMENTS_INBOUND } from '#contracts/shipments.js';
import type { Effects } from '#messaging/effects.js';
import { takes } from '#messaging/subscription.js';
import { eventually } from '#messaging/testing/until.js';
import { Integer, ServiceConfig } from './config.js';
import { ServiceModule } from './service.module.js';
import { expectProblem, type RunningService, runService, untilReady } from './testing/running-service.js';

class Config extends ServiceConfig {
  readonly service = 'started';
  @Integer(0, 65_535) readonly port: number = 0;
}

@Injectable()
class Started implements OnModuleInit, OnApplicationBootstrap {
  static readonly calls: string[] = [];
  onModuleInit(): void {
    Started.calls.push('init');
  }
  onApplicationBootstrap(): void {
    Started.calls.push('bootstrap');
  }
}

@Controller()
class Consumer {
  @EventPattern<string>(SHIPMENTS_INBOUND.name, takes(SHIPMENTS_INBOUND))
  inbound(): Promise<Effects> {
    return Promise.resolve({ publish: [], refused: [], repeated: 0 });
  }
}

@Module({})
class StartedModule {}

const run = (): Promise<RunningService> =>
  runService(Config, (config) => ({
    module: StartedModule,
    imports: [ServiceModule.for(config, [SHIPMENTS_INBOUND])],
    controllers: [Consumer],
    providers: [Started],
  }));

describe('a service', () => {
  it('starts what it is made of once, though HTTP and transport are both made of it', async () => {
    const service = await run();
    await untilReady(service, 1);
    await service.stop();
    expect(Started.calls).toEqual(['init', 'bootstrap']);
  });

  it('says which methods an address takes, where it is asked by another', async () => {
    const service = await run();
    const answer = await service.post('/health/live?now', {});
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expectProblem(await service.post('/health', {}), 404, 'not-found');
    await service.stop();
  });

  it('measures its requests by route, and tells which dependency is up', async () => {
    const service = await run();
    await untilReady(service, 1);
    await service.get('/health/live?a=1');
    await service.get('/no-such-place');
    await eventually(async () => {
      const { body } = await service.get<string>('/metrics');
      expect(body).toMatch(sample('orebound_http_request_seconds_count', 'GET', '/health/live', '200'));
      expect(body).toMatch(sample('orebound_http_request_seconds_count', 'GET', 'none', '404'));
      expect(body).not.toContain('no-such-place');
      for (const name of ['kafka', 'mongodb'])
        expect(body).toMatch(new RegExp(`orebound_dependency_up\\{dependency="${name}"[^}]*\\} 1`));
    });
    await service.stop();
  });
});

const sample = (name: string, method: string, route: string, status: string): RegExp =>
  new RegExp(`${name}\\{[^}]*method="${method}",route="${route}",status="${status}"\\} [1-9]`);
