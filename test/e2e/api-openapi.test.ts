import assert from 'node:assert/strict';
import {test} from 'node:test';
import {z} from 'zod';
import {REFS_ANSWER, REPOSITORIES_ANSWER} from '../../src/web/api/answer-listing.ts';
import {ENDPOINTS} from '../../src/web/api/endpoints/endpoints.ts';
import {gitLines, openApiWorld} from '../support/api-world.ts';
import {describeBackends} from '../support/ctr-rig.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

describeBackends("the API's document", (backend) => {
  test('answers of every operation are what the OpenAPI document says', async () => {
    await using rig = await openApiWorld(backend);
    await using web = await WebRig.open(rig, {basePath: '/code'});
    const ask = async (path: string, init?: RequestInit) =>
      web.app.request(`http://localhost/code/api/v1${path}`, init);
    const document = (await (await ask('/openapi.json')).json()) as Json;
    assert.equal(document['openapi'], '3.1.0');
    assert.deepEqual(document['servers'], [{url: '/code/api/v1'}]);
    assertSound(document);

    REPOSITORIES_ANSWER.parse(await (await ask('/repositories')).json());
    REFS_ANSWER.parse(await (await ask('/repo/refs')).json());
    const places: Record<string, string> = {
      file: '/README.md',
      raw: '/README.md',
      where: '/README.md',
      search: '?q=hello',
      compare: '?from=feature/x',
    };
    for (const {word, answer, query} of ENDPOINTS) {
      for (const family of ['head', 'refs/v1', 'r/HEAD']) {
        const revision = family.replace('HEAD', gitLines(rig, 'rev-parse', 'main')[0]!);
        const path = `/repo/${revision}${word && `/${word}`}${places[word] ?? ''}`;
        const {status, body} = await ask(path).then(async (got) => ({
          status: got.status,
          body: await got.text(),
        }));
        if (word.startsWith('_')) assert.equal(status, backend === 'embedded' ? 501 : 200, path);
        else assert.equal(status, 200, `${path}: ${body}`);
        // Strict: a member that the document does not name fails.
        if (answer) answer.parse(JSON.parse(body));
        const described = document['paths'][`/{repository}/${pathOf(family)}${word && `/${word}`}`].get;
        const known = described.parameters
          .filter((one: {in: string}) => one.in === 'query')
          .map((one: {name: string}) => one.name);
        for (const name of Object.keys(query.shape)) assert.ok(known.includes(name), `${path} ${name}`);
        const unknown = await ask(`${path}${path.includes('?') ? '&' : '?'}nonsense=1`);
        const {hint} = (await unknown.json()) as Json;
        const hinted = /^Known: (.*)\.$/
          .exec(hint)![1]!
          .split(', ')
          .filter((name) => name !== 'none');
        // The path may stand in the URL, where the document has it as well.
        assert.deepEqual(withoutPath(hinted), withoutPath(known), path);
      }
    }
    const {text, frontMatter, title} = (await (await ask('/repo/head/file/README.md')).json()) as Json;
    assert.match(text, /^---\ntitle: Read me\n/);
    assert.deepEqual([title, frontMatter.length], ['Read me', 3]);
    const short = (await (await ask('/repo/head/file/README.md?text=false')).json()) as Json;
    assert.deepEqual([short['text'], short['isTextExact']], [null, true]);
    const latin = (await (await ask('/repo/head/file/latin.txt')).json()) as Json;
    assert.deepEqual([latin['text'], latin['isTextExact']], ['café hello\n', false]);
  });
});

function withoutPath(names: readonly string[]): string[] {
  return names.filter((name) => name !== 'path').toSorted();
}

/** Every reference leads somewhere, every part of a path is described, no id is there twice. */
function assertSound(document: Json): void {
  const {schemas} = document['components'];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('$ref' in value) {
      const [, name] = /^#\/components\/schemas\/(.+)$/.exec(z.string().parse(value.$ref)) ?? [];
      assert.ok(name !== undefined && name in schemas, JSON.stringify(value));
    }
    Object.values(value).forEach(visit);
  };
  visit(document);
  const ids = new Set<string>();
  for (const [path, methods] of Object.entries(document['paths'] as Json)) {
    for (const {operationId, parameters, responses} of Object.values(methods as Json)) {
      assert.ok(!ids.has(operationId), operationId);
      ids.add(operationId);
      const named = parameters
        .filter((one: {in: string}) => one.in === 'path')
        .map((one: {name: string}) => one.name);
      assert.deepEqual(
        named,
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
        path,
      );
      assert.ok(responses['200'] && responses['default'], path);
    }
  }
}

function pathOf(family: string): string {
  return family === 'head' ? 'head' : family.startsWith('refs') ? 'refs/{ref}' : 'r/{revision}';
}
