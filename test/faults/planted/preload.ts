/**
 * Loaded into a service before anything else (`node --import`): plants the bug that `FAULT_PLANTED` names, by changing the
 * text of one module as it is loaded.
 */
import { registerHooks } from 'node:module';
import { BUGS, plant } from './bugs.js';

const name = process.env['FAULT_PLANTED'];
const bug = BUGS.find((one) => one.name === name);
if (!bug) throw new Error(`there is no bug ${name} to be planted`);
const url = new URL(`../../../${bug.module}`, import.meta.url).href;

registerHooks({
  load: (asked, context, next) => {
    const loaded = next(asked, context);
    if (asked !== url) return loaded;
    const source =
      typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString();
    return { ...loaded, source: plant(bug, source) };
  },
});
