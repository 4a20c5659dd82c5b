/** A service on Nest's own Kafka transport, written as its documentation has it: an update an event. */
import 'reflect-metadata';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type KafkaOptions, Payload, Transport } from '@nestjs/microservices';
import mongoose, { type mongo } from 'mongoose';
import { BUSINESS_KEY } from '../peer-collection.js';

const { KAFKA_BROKERS, TOPIC, GROUP, URI, DATABASE, COLLECTION, AT_ONCE } = process.env as Record<
  string,
  string
>;
const DOCUMENTS = 'documents';

@Controller()
class ShipmentsController {
  constructor(@Inject(DOCUMENTS) private readonly documents: mongo.Collection) {}

  @EventPattern<string>(TOPIC!)
  async report(@Payload() event: Record<string, unknown>): Promise<void> {
    await this.documents.replaceOne({ [BUSINESS_KEY]: event[BUSINESS_KEY] }, event, { upsert: true });
  }
}

@Module({
  controllers: [ShipmentsController],
  providers: [
    {
      provide: DOCUMENTS,
      useFactory: async () => {
        const client = await new mongoose.mongo.MongoClient(URI!).connect();
        return client.db(DATABASE).collection(COLLECTION!);
      },
    },
  ],
})
class ShipmentsModule {}

process.once('disconnect', () => process.exit());
const options: KafkaOptions = {
  transport: Transport.KAFKA,
  options: {
    client: { brokers: KAFKA_BROKERS!.split(',') },
    consumer: { groupId: GROUP! },
    subscribe: { fromBeginning: true },
    ...(AT_ONCE !== undefined && { run: { partitionsConsumedConcurrently: Number(AT_ONCE) } }),
  },
};
const app = await NestFactory.createMicroservice<KafkaOptions>(ShipmentsModule, {
  ...options,
  logger: ['error', 'warn'],
});
await app.listen();
