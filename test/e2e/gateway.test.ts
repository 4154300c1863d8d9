import assert from 'node:assert/strict';
import {once} from 'node:events';
import {type IncomingMessage, request} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import {after, before, describe, test} from 'node:test';
import {serve} from '@hono/node-server';
import {Client} from '@opensearch-project/opensearch';
import {CtrRig} from '../support/ctr-rig.ts';
import {describeWith, opensearchUrl} from '../support/servers/require.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

/** In no file of `main`, and in every name and text that another branch or repository has. */
const SECRET = /secret/i;

describeWith('opensearch', 'gateway', () => {
  let rig: CtrRig;
  let other: CtrRig;
  let web: WebRig;
  /** Ids of documents that are not on `main`. */
  let secretIds: string[];
  let index: string;

  before(async () => {
    rig = new CtrRig('OpenSearch and files');
    index = rig.env['CTR_INDEX_NAME']!;
    rig.configure({'ctr.name': 'mine', 'ctr.index.shared': 'true'});
    for (let i = 0; i < 30; i++) {
      rig.write({
        [`docs/d${i % 3}/f${i}.md`]: `# Title ${i}\ncommon word${i} ${'user name '.repeat(i % 5)}\n`,
      });
    }
    rig.commit('one', {
      'src/user.ts': 'export function getUserName() {}\n',
      'logo.png': Buffer.from([0x89, 0x50, 0, 1]),
    });
    rig.git('switch', '--quiet', '--create', 'secret/branch');
    rig.commit('two', {
      'secret/plan.md': '# Secret title\ncommon topsecret\n',
      'docs/d0/f0.md': 'common secret version\n',
    });
    rig.push('main', 'secret/branch');
    await rig.installWithoutHook();

    other = new CtrRig('OpenSearch and files');
    other.env['CTR_INDEX_NAME'] = index;
    other.configure({'ctr.name': 'secretrepo', 'ctr.index.shared': 'true'});
    other.commit('other', {'secret.md': 'common othersecret\n'});
    other.push('main');
    await other.installWithoutHook();

    web = await WebRig.open(rig);
    const found = await ask(`${index}-files`, {query: {wildcard: {path: '*secret*'}}, _source: false});
    secretIds = found['hits'].hits.map(({_id}: {_id: string}) => _id);
    assert.equal(secretIds.length, 2);
  });
  after(async () => {
    await web[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    await rig[Symbol.asyncDispose]();
  });

  /** What OpenSearch itself says. */
  async function ask(target: string, body: object, word = '_search', query = ''): Promise<Json> {
    const answer = await fetch(`${opensearchUrl()}/${target}/${word}${query}`, {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify(body),
    });
    const json = (await answer.json()) as Json;
    assert.equal(answer.status, 200, JSON.stringify(json));
    return json;
  }

  async function askGateway(body: unknown, word = '_search', query = '') {
    const answer = await web.ask(`/mine/refs/main/${word}${query}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return {status: answer.status, text: await answer.text()};
  }

  const source = {_source: {excludes: ['content']}};
  const byPath = {sort: [{path: 'asc'}], size: 100};

  describe('answers what the branch would as an index of its own', () => {
    const bodies: [string, Json][] = [
      ['nothing', {}],
      ['match', {query: {match: {content: 'user name'}}}],
      ['match with parameters', {query: {match: {content: {query: 'usr', fuzziness: 1, operator: 'and'}}}}],
      ['match_phrase', {query: {match_phrase: {content: 'user name user'}}, ...source, size: 100}],
      ['multi_match', {query: {multi_match: {query: 'title user', fields: ['title^2', 'content']}}}],
      [
        'query_string',
        {query: {query_string: {query: 'content:(common AND word1*)', default_operator: 'AND'}}},
      ],
      [
        'simple_query_string',
        {query: {simple_query_string: {query: '"user name" -word3', fields: ['content']}}},
      ],
      [
        'term and terms',
        {query: {bool: {filter: [{term: {ext: 'md'}}, {terms: {name: ['f1.md', 'f2.md']}}]}}},
      ],
      [
        'range and exists',
        {query: {bool: {must: {range: {size: {gte: 1, lt: 30}}}, must_not: {exists: {field: 'title'}}}}},
      ],
      [
        'prefix, wildcard, regexp',
        {
          query: {
            dis_max: {
              queries: [
                {prefix: {path: 'src/'}},
                {wildcard: {path: {value: '*f1?.md'}}},
                {regexp: {name: 'f2[0-9]\\.md'}},
              ],
            },
          },
        },
      ],
      [
        'constant_score and boosting',
        {
          query: {
            boosting: {
              positive: {constant_score: {filter: {match_all: {}}}},
              negative: {term: {ext: 'md'}},
              negative_boost: 0.5,
            },
          },
        },
      ],
      ['pages', {...byPath, ...source, from: 5, size: 7}],
      ['search_after', {sort: [{path: 'asc'}], ...source, size: 3, search_after: ['docs/d1/f1.md']}],
      ['fields', {_source: false, fields: ['path', 'size'], docvalue_fields: [{field: 'ext'}], ...byPath}],
      [
        'highlight',
        {query: {match: {content: 'user'}}, highlight: {fields: {content: {number_of_fragments: 2}}}},
      ],
      ['collapse', {query: {match: {content: 'common'}}, collapse: {field: 'dir'}, ...source}],
      [
        'post_filter',
        {post_filter: {term: {dir: 'docs/d1'}}, aggs: {dirs: {terms: {field: 'dir'}}}, size: 0},
      ],
      ['min_score and total', {query: {match: {content: 'user'}}, min_score: 0.1, track_total_hits: 3}],
      [
        'aggregations',
        {
          size: 0,
          aggs: {
            kinds: {terms: {field: 'kind', order: {_key: 'asc'}}, aggs: {size: {stats: {field: 'size'}}}},
            paths: {terms: {field: 'path', size: 1000, order: [{_count: 'desc'}, {_key: 'asc'}]}},
            sizes: {histogram: {field: 'size', interval: 10, min_doc_count: 1}},
            parts: {range: {field: 'size', ranges: [{to: 20}, {from: 20}]}},
            some: {filter: {term: {ext: 'ts'}}, aggs: {n: {cardinality: {field: 'path'}}}},
            each: {filters: {filters: {md: {term: {ext: 'md'}}, ts: {term: {ext: 'ts'}}}}},
            without: {missing: {field: 'language'}},
            all: {composite: {size: 100, sources: [{dir: {terms: {field: 'dir'}}}]}},
            shape: {percentiles: {field: 'size'}},
          },
        },
      ],
    ];
    for (const [name, body] of bodies) {
      test(name, async () => {
        const wanted = await ask(`${index}-files@mine@main`, body);
        const {status, text: answer} = await askGateway(body);
        assert.equal(status, 200, answer);
        const {took: _took, ...got} = JSON.parse(answer) as Json;
        const {took: _, ...plain} = wanted;
        assert.deepEqual(got, plain);
        assert.doesNotMatch(answer, SECRET);
      });
    }

    test('counts, and parameters in the URL', async () => {
      const query = {query: {match: {content: 'common'}}};
      assert.deepEqual(
        await ask(`${index}-files@mine@main`, query, '_count'),
        JSON.parse((await askGateway(query, '_count')).text),
      );
      for (const filter of ['count', '_shards.total,count', '-count', '-_shards', '*', '_shards.f*']) {
        const parameters = `?filter_path=${filter}`;
        const body = JSON.stringify(query);
        assert.deepEqual(
          await web.json(`/mine/refs/main/_count${parameters}`, {method: 'POST', body}),
          await ask(`${index}-files@mine@main`, query, '_count', parameters),
          filter,
        );
      }
      for (const parameters of [
        '?q=content:user&size=3&sort=path:desc&_source_includes=path',
        '?q=user&df=content&default_operator=AND&_source=false&track_total_hits=true',
        '?from=2&size=2&sort=path&_source=path,size&rest_total_hits_as_int=true&filter_path=hits.hits._source,hits.total',
      ]) {
        const {took: _took, ...got} = await web.json(`/mine/refs/main/_search${parameters}`);
        const {took: _, ...wanted} = await ask(`${index}-files@mine@main`, {}, '_search', parameters);
        assert.deepEqual(got, wanted, parameters);
      }
    });

    test('by head, by ref and by oid, and of the other branch what it has', async () => {
      const body = JSON.stringify({query: {match: {content: 'common'}}, ...byPath, ...source});
      const {commit} = await web.json('/mine/head');
      const answers = [];
      for (const family of ['head', 'refs/main', `r/${commit}`]) {
        const {took: _, ...rest} = await web.json(`/mine/${family}/_search`, {method: 'POST', body});
        answers.push(rest);
      }
      assert.deepEqual(answers[1], answers[0]);
      assert.deepEqual(answers[2], answers[0]);
      const branch = await web.json('/mine/refs/secret/branch/_search?q=content:topsecret');
      assert.equal(branch['hits'].total.value, 1);
    });
  });

  describe('nothing escapes the branch', () => {
    const inQuery = (query: object): Json => ({query});
    const inAggregation = (aggregation: object): Json => ({size: 0, aggs: {a: aggregation}});
    const script = {source: "doc['path'].value", lang: 'painless'};
    const lookup = () => ({index: `${index}-refs`, id: 'x', path: 'snapshot', store: true});

    const refused: [string, () => unknown][] = [
      ['a global aggregation', () => inAggregation({global: {}, aggs: {p: {terms: {field: 'path'}}}})],
      ['a global aggregation inside', () => inAggregation({terms: {field: 'kind'}, aggs: {g: {global: {}}}})],
      [
        'terms that no document has',
        () => inAggregation({terms: {field: 'path', min_doc_count: 0, size: 1000}}),
      ],
      [
        'terms that no document has, as text',
        () => inAggregation({terms: {field: 'path', min_doc_count: '0'}}),
      ],
      [
        'significant terms',
        () => inAggregation({significant_terms: {field: 'path', background_filter: {match_all: {}}}}),
      ],
      ['significant text', () => inAggregation({significant_text: {field: 'content'}})],
      ['a scripted metric', () => inAggregation({scripted_metric: {map_script: script}})],
      ['a script in an aggregation', () => inAggregation({terms: {script}})],
      ['a bucket script', () => inAggregation({bucket_script: {buckets_path: {}, script}})],
      ['top hits', () => inAggregation({top_hits: {script_fields: {x: {script}}}})],
      ['children', () => inAggregation({children: {type: 'x'}})],
      ['nested', () => inAggregation({nested: {path: 'x'}})],
      ['an aggregation of two kinds', () => inAggregation({terms: {field: 'kind'}, global: {}})],
      ['a global aggregation under the other name', () => ({aggregations: {a: {global: {}}}})],
      [
        'a suggester',
        () => ({suggest: {s: {text: 'secre', term: {field: 'content', suggest_mode: 'always'}}}}),
      ],
      ['a phrase suggester', () => ({suggest: {text: 'topsecre', s: {phrase: {field: 'content'}}}})],
      [
        'a terms lookup',
        () => inQuery({terms: {path: {index: `${index}-files`, id: secretIds[0], path: 'path'}}}),
      ],
      ['a bitmap lookup', () => inQuery({terms: {seq: lookup(), value_type: 'bitmap'}})],
      ['a bitmap', () => inQuery({terms: {seq: ['OjAAAA=='], value_type: 'bitmap'}})],
      [
        'more like another document',
        () =>
          inQuery({
            more_like_this: {fields: ['content'], like: [{_index: `${index}-files`, _id: secretIds[0]}]},
          }),
      ],
      ['percolate', () => inQuery({percolate: {field: 'x', index: `${index}-files`, id: secretIds[0]}})],
      ['a geo shape of another document', () => inQuery({geo_shape: {f: {indexed_shape: {id: 'x'}}}})],
      ['a script query', () => inQuery({script: {script}})],
      ['a script score', () => inQuery({script_score: {query: {match_all: {}}, script}})],
      ['a function score', () => inQuery({function_score: {script_score: {script}}})],
      [
        'a terms set',
        () => inQuery({terms_set: {path: {terms: ['x'], minimum_should_match_script: script}}}),
      ],
      [
        'intervals with a script',
        () => inQuery({intervals: {content: {match: {query: 'x', filter: {script}}}}}),
      ],
      [
        'a wrapped query',
        () => inQuery({wrapper: {query: Buffer.from('{"match_all":{}}').toString('base64')}}),
      ],
      ['a template', () => inQuery({template: {match_all: {}}})],
      ['has_child', () => inQuery({has_child: {type: 'x', query: {match_all: {}}}})],
      ['has_parent', () => inQuery({has_parent: {parent_type: 'x', query: {match_all: {}}}})],
      [
        'nested query with inner hits',
        () => inQuery({nested: {path: 'frontMatter', query: {match_all: {}}, inner_hits: {}}}),
      ],
      ['knn', () => inQuery({knn: {v: {vector: [1], k: 1}}})],
      ['hybrid', () => inQuery({hybrid: {queries: [{match_all: {}}]}})],
      ['pinned documents', () => inQuery({pinned: {ids: secretIds, organic: {match_all: {}}}})],
      [
        'a forbidden query deep inside',
        () =>
          inQuery({bool: {should: [{dis_max: {queries: [{constant_score: {filter: {script: {script}}}}]}}]}}),
      ],
      ['a forbidden query in a filter aggregation', () => inAggregation({filter: {script: {script}}})],
      [
        'a forbidden query in a post filter',
        () => ({post_filter: {terms: {path: {index: `${index}-files`, id: 'x', path: 'path'}}}}),
      ],
      ['two queries in one', () => inQuery({match_all: {}, script: {script}})],
      ['no query at all', () => inQuery({})],
      ['a query that is a list', () => ({query: [{match_all: {}}]})],
      ['prototypes', () => JSON.parse('{"query": {"__proto__": {}}}')],
      ['constructors', () => inQuery({constructor: {}})],
      ['script fields', () => ({script_fields: {x: {script}}})],
      ['a script to sort by', () => ({sort: [{_script: {type: 'string', script}}]})],
      [
        'a nested filter to sort by',
        () => ({sort: [{path: {order: 'asc', nested: {path: 'x', filter: {match_all: {}}}}}]}),
      ],
      ['runtime mappings', () => ({runtime_mappings: {x: {type: 'keyword', script}}})],
      ['derived fields', () => ({derived: {x: {type: 'keyword', script}}})],
      ['stored fields', () => ({stored_fields: ['*']})],
      ['a rescorer', () => ({rescore: {query: {rescore_query: {match_all: {}}}}})],
      ['a boost for indices', () => ({indices_boost: [{[`${index}-refs`]: 2}]})],
      ['a point in time', () => ({pit: {id: 'x'}})],
      ['a slice', () => ({slice: {id: 0, max: 2}})],
      ['inner hits of a collapse', () => ({collapse: {field: 'repo', inner_hits: {name: 'x', size: 100}}})],
      ['a query to highlight', () => ({highlight: {fields: {content: {highlight_query: {match_all: {}}}}}})],
      ['an explanation, which tells of other documents', () => ({explain: true})],
      ['a profile', () => ({profile: true})],
      ['a pipeline', () => ({search_pipeline: {request_processors: []}})],
      ['extensions', () => ({ext: {}})],
      ['a member nobody knows', () => ({colour: 'red'})],
      ['too deep a page', () => ({from: 10_000, size: 1})],
      ['too many texts', () => ({size: 51})],
      ['too many texts by a pattern', () => ({size: 51, _source: ['c*']})],
      ['too many texts by an empty list', () => ({size: 51, _source: []})],
      ['too many texts by an empty list of includes', () => ({size: 51, _source: {includes: []}})],
      ['too many texts by fields', () => ({size: 51, _source: false, fields: ['*']})],
      ['too many buckets of terms', () => inAggregation({terms: {field: 'path', size: 1001}})],
      ['too deep a query', () => inQuery(nest(20))],
      [
        'too many queries',
        () => inQuery({bool: {should: Array.from({length: 600}, () => ({match_all: {}}))}}),
      ],
      ['too many values', () => inQuery({terms: {path: Array.from({length: 2000}, String)}})],
      ['too long a text', () => inQuery({match: {content: 'x '.repeat(4000)}})],
      ['too many buckets', () => inAggregation({histogram: {field: 'size', interval: 0.000_000_1}})],
      ['empty buckets', () => inAggregation({histogram: {field: 'size', interval: 1}})],
      [
        'empty buckets by name',
        () => inAggregation({histogram: {field: 'size', interval: 1, min_doc_count: 0}}),
      ],
      ['buckets in buckets', () => inAggregation(nestRanges(4))],
      ['a list', () => []],
      ['a text', () => 'x'],
    ];
    for (const [name, body] of refused) {
      test(`refused: ${name}`, async () => {
        const {status, text: answer} = await askGateway(body());
        assert.equal(status, 400, answer);
        assert.doesNotMatch(answer, SECRET);
        const {code, error} = JSON.parse(answer) as Json;
        assert.ok(code === 'QUERY' || code === 'USAGE', answer);
        assert.equal(typeof error.reason, 'string');
      });
    }

    const inside: [string, () => Json][] = [
      ['everything', () => inQuery({query_string: {query: '*:* OR _index:* OR _id:*'}})],
      ['documents by their ids', () => inQuery({ids: {values: secretIds}})],
      ['documents by the field of their ids', () => inQuery({terms: {_id: secretIds}})],
      [
        'the other repository',
        () => inQuery({bool: {should: [{match: {content: 'othersecret'}}, {match_all: {}}]}}),
      ],
      ['not nothing', () => inQuery({bool: {must_not: [{match_none: {}}]}})],
      [
        'a branch of a should',
        () => inQuery({bool: {should: [{wildcard: {path: '*secret*'}}], minimum_should_match: 0}}),
      ],
      ['paths of all', () => inAggregation({terms: {field: 'path', size: 1000}})],
      ['repositories', () => ({...inAggregation({cardinality: {field: 'repo'}}), collapse: {field: 'repo'}})],
      ['what is missing', () => inAggregation({terms: {field: 'introducedBy', missing: 'none', size: 100}})],
      [
        'filters',
        () =>
          inAggregation({
            filters: {filters: [{match_all: {}}, {exists: {field: 'path'}}], other_bucket: true},
            aggs: {p: {terms: {field: 'path', size: 100}}},
          }),
      ],
      [
        'pairs of values',
        () => inAggregation({composite: {size: 1000, sources: [{p: {terms: {field: 'path'}}}]}}),
      ],
      [
        'the first words',
        () => inQuery({match_phrase_prefix: {content: {query: 'top', max_expansions: 1000}}}),
      ],
      ['words nearby', () => inQuery({fuzzy: {content: {value: 'topsecrat', fuzziness: 2}}})],
    ];
    for (const [name, body] of inside) {
      test(`stays inside: ${name}`, async () => {
        const {status, text: answer} = await askGateway({size: 50, ...body()});
        assert.equal(status, 200, answer);
        assert.doesNotMatch(answer, SECRET);
        const {hits, aggregations} = JSON.parse(answer) as Json;
        assert.ok(hits.total.value <= 32);
        if (name === 'repositories') assert.equal(aggregations.a.value, 1);
      });
    }

    test('costly patterns end, one way or the other', async () => {
      for (const query of [
        {wildcard: {path: {value: '*a'.repeat(1000)}}},
        {wildcard: {path: {value: `${'?'.repeat(2000)}*`}}},
        {regexp: {path: {value: '(.*a){50}.{100}(b|c)*'}}},
        {regexp: {path: {value: '.*[ab].{1000}'}}},
        {query_string: {query: '/(.*a){50}.{500}/', fields: ['*']}},
        {query_string: {query: 'a* '.repeat(1000), fields: ['*']}},
        {fuzzy: {path: {value: 'x'.repeat(4000), fuzziness: 2, max_expansions: 1000}}},
        {simple_query_string: {query: '('.repeat(2000)}},
      ]) {
        const {status, text: answer} = await askGateway({query, ...source});
        assert.ok(
          status === 200 || status === 400,
          `${JSON.stringify(query).slice(0, 60)}: ${status} ${answer}`,
        );
      }
    });

    test('parameters that lead elsewhere are refused', async () => {
      for (const parameter of [
        'scroll=1m',
        'search_type=dfs_query_then_fetch',
        'index=x',
        'routing=x',
        'explain=true',
        'stored_fields=*',
        'suggest_text=x',
        'search_pipeline=x',
        'source=%7B%7D',
        'pit=x',
        'docvalue_fields=path',
        'terminate_after=1&terminate_after=2',
      ]) {
        assert.equal((await askGateway({}, '_search', `?${parameter}`)).status, 400, parameter);
      }
      assert.equal((await askGateway({query: {match_all: {}}}, '_search', '?q=x')).status, 400);
      assert.equal((await askGateway({size: 1}, '_count')).status, 400);
      assert.equal((await askGateway({query: {script: {script}}}, '_count')).status, 400);
    });

    test('what is not a search of this branch is not there', async () => {
      for (const path of [
        '/_search/scroll',
        '/_search/point_in_time',
        '/_msearch',
        '/_bulk',
        '/_doc/1',
        '/_mapping',
        '/_update_by_query',
        '/_delete_by_query',
        '/_search/template',
        '/_validate/query',
        '/_explain/1',
        '/_async_search',
        '/_sql',
        '/../_search',
        '/%2e%2e/_search',
        '/,secret/_search',
        '/*/_search',
      ]) {
        const answer = await web.ask(`/mine/refs/main${path}`, {method: 'POST', body: '{}'});
        assert.ok([404, 405].includes(answer.status), `${path}: ${answer.status}`);
      }
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        assert.equal((await web.ask('/mine/refs/main/_search', {method})).status, 405);
      }
      for (const ref of ['*', 'main,secret%2Fbranch', '_all', 'mai*', '-secret']) {
        assert.equal((await web.ask(`/mine/refs/${ref}/_search`)).status, 404, ref);
      }
    });

    test('a body that is too large, or no JSON, is refused', async () => {
      const large = await web.ask('/mine/refs/main/_search', {method: 'POST', body: 'x'.repeat(2_000_000)});
      assert.equal(large.status, 413);
      for (const body of ['{', 'null', '{"query": {"match_all": {}}} {}', '\0']) {
        assert.equal((await web.ask('/mine/refs/main/_search', {method: 'POST', body})).status, 400, body);
      }
    });

    test('what OpenSearch does not understand is told in its own words', async () => {
      const {status, text: answer} = await askGateway({
        query: {match: {content: {query: 'x', operator: 'perhaps'}}},
      });
      assert.equal(status, 400);
      assert.equal(typeof (JSON.parse(answer) as Json)['error'].root_cause[0].type, 'string');
    });
  });

  test('OpenSearch clients take a branch for an index', async () => {
    const server = serve({fetch: web.app.fetch, port: 0, hostname: '127.0.0.1'});
    await once(server, 'listening');
    const {port} = server.address() as AddressInfo;
    const client = new Client({node: `http://127.0.0.1:${port}/api/v1/mine/refs`});
    try {
      const query = {match: {content: 'topsecret'}};
      const {body: found} = await client.search({index: 'secret/branch', body: {query, _source: ['path']}});
      assert.deepEqual(
        found.hits.hits.map(({_source}) => _source),
        [{path: 'secret/plan.md'}],
      );
      assert.equal((await client.count({index: 'secret/branch', body: {query}})).body.count, 1);
      assert.equal((await client.count({index: 'main', body: {query}})).body.count, 0);
      const {body: listed} = await client.search({index: 'main', q: 'content:common', size: 0});
      assert.deepEqual(listed.hits.total, {value: 30, relation: 'eq'});
      await assert.rejects(client.search({index: 'main', body: {explain: true}}), {
        statusCode: 400,
        message: /ctr_query/,
      });
      await assert.rejects(client.search({index: 'none', body: {}}), {statusCode: 404});
      await assert.rejects(client.index({index: 'main', body: {path: 'x'}}), {statusCode: 404});
      await assert.rejects(client.indices.delete({index: 'main'}), {statusCode: 405});

      // Bodies with GET, as curl sends them.
      const body = JSON.stringify({query: {term: {ext: 'ts'}}});
      const headers = {'Content-Type': 'application/json', 'Content-Length': body.length};
      const get = request({port, path: '/api/v1/mine/refs/main/_count', method: 'GET', headers});
      get.end(body);
      const [answer] = (await once(get, 'response')) as [IncomingMessage];
      assert.equal((JSON.parse(await text(answer)) as Json)['count'], 1);
    } finally {
      await client.close();
      server.close();
      await once(server, 'close');
    }
  });
});

function nestRanges(depth: number): object {
  const range = {field: 'size', ranges: Array.from({length: 50}, () => ({from: 0}))};
  return {range, ...(depth > 1 && {aggs: {a: nestRanges(depth - 1)}})};
}

function nest(depth: number): object {
  return depth === 0 ? {match_all: {}} : {bool: {must: [nest(depth - 1)]}};
}
