/**
 * Loaded into a service before anything else (`node --import`): its clock is set forward or back by so many milliseconds
 * when the parent process says so (`{ clockAheadMs }`). Timers go on as they do when a machine's clock is set.
 */
const RealDate = Date;
let aheadMs = 0;

const now = (): number => RealDate.now() + aheadMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
  get: (target, property) => (property === 'now' ? now : Reflect.get(target, property)) as unknown,
});

process.on('message', (message: { clockAheadMs?: number }) => {
  if (message.clockAheadMs !== undefined) aheadMs = message.clockAheadMs;
});
// It is the parent's to end the service, not this listener's to keep it alive.
process.channel?.unref();
