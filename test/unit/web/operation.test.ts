import assert from 'node:assert/strict';
import {test} from 'node:test';
import {renderMetrics} from '../../../src/web/operation/prometheus.ts';
import {RequestMetrics} from '../../../src/web/operation/request-metrics.ts';
import {routeClassOf} from '../../../src/web/operation/route-class.ts';

test('metrics as Prometheus reads them; labels may hold anything', () => {
  const samples = [
    {labels: {repository: 'a"b\\c\nd', n: 1}, value: 0.5},
    {suffix: '_sum', value: 2},
  ];
  assert.equal(
    renderMetrics([{name: 'x', type: 'gauge', help: 'Help.', samples}]),
    '# HELP x Help.\n# TYPE x gauge\nx{repository="a\\"b\\\\c\\nd",n="1"} 0.5\nx_sum 2\n',
  );
});

test('buckets of durations hold everything that took as long or less', () => {
  const metrics = new RequestMetrics();
  for (const seconds of [0.001, 0.01, 3, 700]) {
    metrics.add({route: 'explorer', method: 'GET', status: 200, seconds});
  }
  const text = renderMetrics(metrics.metrics());
  assert.match(text, /requests_total\{route="explorer",method="GET",status="200"\} 4/);
  for (const [le, count] of [
    ['0.005', 1],
    ['0.01', 2],
    ['2', 2],
    ['5', 3],
    ['600', 3],
    ['\\+Inf', 4],
  ]) {
    assert.match(text, new RegExp(`_bucket\\{route="explorer",le="${le}"\\} ${count}\n`));
  }
  assert.match(text, /_count\{route="explorer"\} 4/);
});

for (const [path, service, route] of [
  ['/a/git-receive-pack', undefined, 'git-push'],
  ['/a.git/info/refs', 'git-receive-pack', 'git-push'],
  ['/a.git/info/refs', 'git-upload-pack', 'git-fetch'],
  ['/a/info/refs', undefined, 'explorer'],
  ['/a/b/git-receive-pack', undefined, 'explorer'],
  ['/api/v1/repositories', undefined, 'api'],
  ['/metrics', undefined, 'operation'],
  ['/metrics/x', undefined, 'explorer'],
] as const) {
  test(`${path} ${service ?? ''} is ${route}`, () => assert.equal(routeClassOf(path, service), route));
}
