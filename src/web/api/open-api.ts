import {z} from 'zod';
import type {Access} from '../access/access.ts';
import {REFS_ANSWER, REFS_QUERY, REPOSITORIES_ANSWER, REPOSITORIES_QUERY} from './answer-listing.ts';
import {SITE_SEARCH_ANSWER, SITE_SEARCH_QUERY} from './answer-search.ts';
import type {Endpoint} from './endpoint.ts';
import {ENDPOINTS} from './endpoints/endpoints.ts';
import {PAGE_PARAMETERS, PATH_PARAMETERS, WAIT_PARAMETERS} from './parameters.ts';
import {PROBLEM} from './schemas.ts';

/** The three ways to name a revision, each with the parameters of its path. */
const FAMILIES = [
  {id: 'Head', path: '/{repository}/head', tag: "HEAD's branch", parameters: []},
  {
    id: 'Ref',
    path: '/{repository}/refs/{ref}',
    tag: 'a branch or tag',
    parameters: [pathParameter('ref', 'Short or full name; slashes as they are or as %2F')],
  },
  {
    id: 'Revision',
    path: '/{repository}/r/{revision}',
    tag: 'a commit',
    parameters: [pathParameter('revision', 'Oid, or a unique beginning of one with 4 digits or more')],
  },
] as const;
type Family = (typeof FAMILIES)[number];

const REPOSITORY_PARAMETER = pathParameter('repository', 'Its name, as the list of repositories has it');

type JsonObject = Record<string, unknown>;

const SECURITY_SCHEMES = {
  bearer: {type: 'http', scheme: 'bearer', description: 'A token of `ctr token create`'},
  basic: {type: 'http', scheme: 'basic', description: 'The same as the password of any user'},
};
/** One of the two is enough. */
const TOKENS = Object.keys(SECURITY_SCHEMES).map((name) => ({[name]: []}));

const TAGS = [
  {name: 'lists', description: 'What is here'},
  ...FAMILIES.map(({id, tag}) => ({name: id, description: `Questions about ${tag}`})),
];

/** The OpenAPI 3.1 document of the API: made of the very schemas that check parameters, and answers in the tests. */
export function describeApi(
  base: string,
  {isReadTokenRequired}: Pick<Access, 'isReadTokenRequired'>,
): JsonObject {
  const components: JsonObject = {};
  const schema = (type: z.ZodType) => toSchema(type, components);
  const paths: Record<string, JsonObject> = {
    '/repositories': listing({
      operationId: 'listRepositories',
      summary: 'The repositories that are shown here',
      parameters: queryParameters(REPOSITORIES_QUERY),
      responses: responses(schema(REPOSITORIES_ANSWER), schema(PROBLEM)),
    }),
    '/search': listing({
      operationId: 'searchRepositories',
      summary: 'The files of all repositories that match, by repository',
      parameters: queryParameters(SITE_SEARCH_QUERY),
      responses: responses(schema(SITE_SEARCH_ANSWER), schema(PROBLEM)),
    }),
    '/{repository}/refs': listing({
      operationId: 'listRefs',
      summary: 'The refs that the index has',
      parameters: [REPOSITORY_PARAMETER, ...queryParameters(REFS_QUERY)],
      responses: responses(schema(REFS_ANSWER), schema(PROBLEM)),
    }),
  };
  for (const endpoint of ENDPOINTS) {
    for (const family of FAMILIES) {
      for (const {path, hasPath} of pathsOf(endpoint, family)) {
        paths[path] = describeEndpoint(endpoint, {family, hasPath, schema});
      }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'ctr',
      version: '1',
      description: 'Every branch, tag and commit, searched and read. All of it only reads.',
      license: {name: 'MIT', identifier: 'MIT'},
    },
    servers: [{url: base}],
    security: isReadTokenRequired ? TOKENS : [{}, ...TOKENS],
    tags: TAGS,
    paths,
    components: {schemas: components, securitySchemes: SECURITY_SCHEMES},
  };
}

function listing(described: JsonObject): JsonObject {
  return {get: {...described, tags: ['lists']}};
}

function pathsOf({word, path: wants}: Endpoint, {path}: Family): {path: string; hasPath: boolean}[] {
  const plain = word === '' ? path : `${path}/${word}`;
  return [
    {path: plain, hasPath: false},
    ...(wants === 'none' ? [] : [{path: `${plain}/{path}`, hasPath: true}]),
  ];
}

function describeEndpoint(
  endpoint: Endpoint,
  {family, hasPath, schema}: {family: Family; hasPath: boolean; schema: (type: z.ZodType) => JsonObject},
): JsonObject {
  const {id, summary, description, methods, query, answer, isPaged, path} = endpoint;
  const isRef = family.id !== 'Revision';
  const parameters = [
    REPOSITORY_PARAMETER,
    ...family.parameters,
    ...(hasPath ? [pathParameter('path', 'From the root; slashes as they are')] : []),
    ...queryParameters(query),
    ...(isPaged ? queryParameters(PAGE_PARAMETERS) : []),
    ...(path === 'none' || hasPath ? [] : queryParameters(PATH_PARAMETERS)),
    ...(isRef ? queryParameters(WAIT_PARAMETERS) : []),
  ];
  const described = (method: string) => ({
    operationId: [id, family.id, hasPath ? 'Path' : '', method === 'get' ? '' : 'Post'].join(''),
    summary: `${summary} (${family.tag})`,
    ...(description !== undefined && {description}),
    tags: [family.id],
    parameters,
    ...(method === 'post' && {
      requestBody: {content: {'application/json': {schema: {type: 'object'}}}},
    }),
    responses: responses(answer && schema(answer), schema(PROBLEM)),
  });
  const names = methods.map((method) => method.toLowerCase());
  return Object.fromEntries(names.map((method) => [method, described(method)]));
}

function responses(answer: JsonObject | undefined, problem: JsonObject): JsonObject {
  const content = answer ? {'application/json': {schema: answer}} : {'*/*': {}};
  const refused = (description: string) => ({
    description,
    content: {'application/problem+json': {schema: problem}},
  });
  return {
    200: {description: 'The answer', content},
    304: {description: 'What you have is it (If-None-Match)'},
    // Not 4XX: a generator of clients (oazapfts 7.5) writes it as a number.
    400: refused('A parameter or a query is wrong'),
    404: refused('There is no such repository, revision or path'),
    default: refused('Refused or failed'),
  };
}

function pathParameter(name: string, description: string) {
  return {name, in: 'path', required: true, description, schema: {type: 'string'}} as const;
}

function queryParameters(query: z.ZodObject): JsonObject[] {
  const {properties = {}, required = []} = z.toJSONSchema(query, {io: 'input'});
  return Object.entries(properties).map(([name, property]) => {
    const {description, id: _id, ...schema} = property as JsonObject;
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description !== undefined && {description}),
      schema: moveReferences(schema),
    };
  });
}

/** The schema with what has a name of its own moved to `components`. */
function toSchema(type: z.ZodType, components: JsonObject): JsonObject {
  const {$schema: _, $defs = {}, ...schema} = z.toJSONSchema(type) as JsonObject & {$defs?: JsonObject};
  for (const [name, definition] of Object.entries($defs)) components[name] = moveReferences(definition);
  return moveReferences(schema) as JsonObject;
}

function moveReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moveReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', '#/components/schemas/')
        : moveReferences(inner),
    ]),
  );
}
