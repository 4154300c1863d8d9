import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Backlog} from '../../../../src/app/site/read-backlogs.ts';
import {openMetrics} from '../../../../src/web/operation/metrics.ts';
import {routeClassOf} from '../../../../src/web/operation/route-class.ts';
import {RunningRequests} from '../../../../src/web/operation/running-requests.ts';

function openWith(readBacklogs: () => Promise<readonly Backlog[]>) {
  const operation = {log: () => undefined, requests: new RunningRequests(), readBacklogs};
  return openMetrics({operation});
}

/** The value of each sample by its name and labels, these sorted: their order says nothing. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)!;
      return [`${name}{${labels.split(',').toSorted().join(',')}}`, Number(value)];
    }),
  );
}

function backlogOf(repository: string): Backlog {
  return {repository, isUp: true, lagSeconds: 0.5, refsBehind: 2, notes: 3, failures: 4};
}

test('metrics as Prometheus reads them; labels may hold anything', async () => {
  const text = await openWith(async () => [backlogOf('a"b\\c\nd')]).render();
  const label = 'repository="a\\"b\\\\c\\nd"';
  for (const line of [
    '# HELP ctr_index_up Whether the index answers.',
    '# TYPE ctr_index_up gauge',
    `ctr_index_up{${label}} 1`,
    `ctr_index_lag_seconds{${label}} 0.5`,
    `ctr_index_refs_behind{${label}} 2`,
    `ctr_queue_notes{${label}} 3`,
    `ctr_failures{${label}} 4`,
    '# TYPE ctr_http_requests_total counter',
    '# TYPE ctr_http_request_duration_seconds histogram',
    'ctr_http_requests_running{route="git-push"} 0',
    'ctr_git_processes{deed="fetch"} 0',
    'ctr_read_processes 0',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n is not in\n${text}`);
  }
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
});

test('each app has its own metrics, and those that are documented alone', async () => {
  const [first, second] = [openWith(async () => []), openWith(async () => [backlogOf('b')])];
  first.count({route: 'api', method: 'GET', status: 200, seconds: 1});
  assert.equal(samplesOf(await first.render()).get('ctr_index_up{repository="b"}'), undefined);
  const text = await second.render();
  assert.equal(samplesOf(text).has('ctr_http_requests_total{method="GET",route="api",status="200"}'), false);
  const names = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(names.toSorted(), [
    'ctr_failures',
    'ctr_git_processes',
    'ctr_http_request_duration_seconds',
    'ctr_http_requests_running',
    'ctr_http_requests_total',
    'ctr_index_lag_seconds',
    'ctr_index_refs_behind',
    'ctr_index_up',
    'ctr_queue_notes',
    'ctr_read_processes',
    'process_resident_memory_bytes',
  ]);
});

test('buckets of durations hold everything that took as long or less', async () => {
  const metrics = openWith(async () => []);
  for (const seconds of [0.001, 0.01, 3, 700]) {
    metrics.count({route: 'explorer', method: 'GET', status: 200, seconds});
  }
  const samples = samplesOf(await metrics.render());
  assert.equal(samples.get('ctr_http_requests_total{method="GET",route="explorer",status="200"}'), 4);
  for (const [le, count] of [
    ['0.005', 1],
    ['0.01', 2],
    ['2', 2],
    ['5', 3],
    ['600', 3],
    ['+Inf', 4],
  ] as const) {
    const name = `ctr_http_request_duration_seconds_bucket{le="${le}",route="explorer"}`;
    assert.equal(samples.get(name), count, name);
  }
  assert.equal(samples.get('ctr_http_request_duration_seconds_count{route="explorer"}'), 4);
  assert.equal(samples.get('ctr_http_request_duration_seconds_sum{route="explorer"}'), 703.011);
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
