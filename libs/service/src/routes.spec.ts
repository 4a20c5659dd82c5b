import { Routes } from './routes.js';

const routes = new Routes();
for (const [method, url] of [
  ['GET', '/deals'],
  ['POST', '/deals'],
  ['GET', '/deals/:id'],
  ['HEAD', '/deals/:id'],
  ['GET', '/deals/:id/deliveries'],
  ['GET', '/openapi.json'],
] as const) {
  routes.add({ method, url });
}

it.each([
  ['/deals', ['GET', 'POST']],
  ['/deals/', []],
  ['/deals/DEAL-1', ['GET', 'HEAD']],
  ['/deals/DEAL-1/deliveries', ['GET']],
  ['/openapi.json', ['GET']],
  ['/openapixjson', []],
  ['/deals/DEAL-1/deliveries/1', []],
  ['/nowhere', []],
  ['', []],
])('knows the methods of %s', (path, methods) => {
  expect(routes.methodsOf(path)).toEqual(methods);
});
