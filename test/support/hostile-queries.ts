/** A query that costs much, or is made to be misread. */
export interface HostileQuery {
  /** Unique: what it tries. */
  readonly name: string;
  readonly query: string;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const FREQUENT_WORDS = 'the a to of in and is for on with from by an or be at as this that it file';
const FREQUENT = FREQUENT_WORDS.split(' ');
const QUERY_MAX_CHARS = 4096;

/** Difficult queries: equal and different clauses, long and unusual ones. */
export const HOSTILE_QUERIES: readonly HostileQuery[] = [
  // Beginnings of words
  {name: '64 equal prefixes of a letter', query: many(64, () => 'a*')},
  {name: '64 different prefixes of a letter or two', query: many(64, (at) => `${lettersOf(at)}*`)},
  {name: '26 prefixes of one letter', query: many(26, (at) => `${LETTERS[at]}*`)},
  {name: '26 negated prefixes of one letter', query: many(26, (at) => `-${LETTERS[at]}*`)},
  {name: '64 prefixes of two letters', query: many(64, (at) => `${LETTERS[at % 8]}${LETTERS[at >> 3]}*`)},
  {name: '8 prefixes of two frequent letters', query: 'co* in* re* de* pr* se* to* st*'},
  {name: '8 negated prefixes of two frequent letters', query: '-co* -in* -re* -de* -pr* -se* -to* -st*'},
  {name: 'a prefix of one letter', query: 's*'},
  {name: 'a prefix of one digit', query: '1*'},
  {name: 'a prefix of two letters', query: 'in*'},
  {name: 'prefixes that are one, in different dress', query: 'Com* COM* "com"* "com "* côm*'},
  {
    name: '16 prefixes of one word, each longer',
    query: many(16, (at) => `${'installation'.slice(0, at + 1)}*`),
  },
  {name: 'a phrase of 64 words that goes on', query: `"${many(64, () => 'a')}"*`},
  {name: 'a phrase of two words, each a letter, that goes on', query: '"a b"*'},
  {name: 'a phrase of frequent words that goes on', query: '"the f"*'},
  {name: 'a prefix of an ideograph', query: '文*'},
  {name: 'stars alone', query: '* ** ***'},
  {name: 'a star within a word', query: 'a*b'},
  {name: 'a star before a word', query: '*ing'},
  // Phrases
  {name: 'a phrase of 2,000 words of one letter', query: `"${many(2000, () => 'a')}"`},
  {name: 'a phrase of 2,000 different words', query: `"${many(2000, (at) => LETTERS[at % 26]!)}"`},
  {name: 'a phrase of 65 frequent words', query: `"${many(65, () => 'the')}"`},
  {name: 'a phrase of 64 frequent words', query: `"${many(64, () => 'the')}"`},
  {name: '20 phrases of 60 words', query: many(20, (at) => `"${many(60, () => LETTERS[at]!)}"`)},
  {name: '30 phrases of 4 words', query: many(30, (at) => `"a ${LETTERS[at % 26]} the ${at}"`)},
  {name: '64 phrases of two frequent words', query: many(60, (at) => `"the ${lettersOf(at)}"`)},
  {
    name: '20 negated phrases of 6 frequent words',
    query: many(20, (at) => `-"a the to ${lettersOf(at)} of in"`),
  },
  {name: 'one word of 4,000 characters', query: 'a'.repeat(4000)},
  {name: '4,096 ideographs', query: '文'.repeat(4096)},
  {name: 'nested parentheses', query: `${'('.repeat(2000)}a${')'.repeat(2000)}`},
  {name: 'parentheses that are never closed', query: '('.repeat(4096)},
  {name: 'alternatives within alternatives', query: many(40, (at) => `(${lettersOf(at)} OR the)`)},
  {
    name: '64 alternatives of beginnings',
    query: Array.from({length: 64}, (_, at) => `${lettersOf(at)}x*`).join(' OR '),
  },
  {name: 'negations of negations', query: `${'NOT '.repeat(1000)}a`},
  {name: 'a regular expression that backtracks', query: '/(a+)+(a+)+$/ /(a|aa)+$/ /(.*)*x/'},
  {name: 'a regular expression of many repetitions', query: '/((a{1,100}){1,10})/'},
  {name: 'a regular expression of 1,000 letters', query: '/\\pL{1000}/'},
  {name: 'a pattern that repeats too often', query: '/((a{100}){100}){100}/'},
  {
    name: '16 regular expressions that match everywhere',
    query: Array.from({length: 16}, (_, at) => `/.*${at}?/`).join(' '),
  },
  {name: 'a substring of spaces', query: `sub:"${' '.repeat(500)}"`},
  {name: 'slashes', query: '/ '.repeat(2048)},
  {name: 'slashes without spaces', query: '/a'.repeat(2048)},
  {name: 'one word that case splits 2,000 times', query: 'aA'.repeat(2000)},
  {name: 'words that only punctuation holds together', query: many(1, () => Array(1500).fill('a').join('.'))},
  // Many clauses
  {name: '64 equal words', query: many(64, () => 'the')},
  {name: '64 different words', query: many(64, (at) => `word${at}`)},
  {name: '64 frequent words', query: frequent(64)},
  {
    name: '64 negated frequent words',
    query: many(64, (at) => `-${FREQUENT[at % FREQUENT.length]}${at < FREQUENT.length ? '' : at}`),
  },
  {name: '63 negations and a word', query: `the ${many(63, (at) => `-${lettersOf(at)}`)}`},
  {name: '65 words', query: many(65, (at) => `word${at}`)},
  {name: 'a word and its negation', query: 'the -the'},
  {name: '64 filters that exclude each other', query: many(64, (at) => `ext:${lettersOf(at)}`)},
  {name: '64 negated filters', query: many(64, (at) => `-ext:${lettersOf(at)}`)},
  // Paths
  {name: 'a glob of everything, deep', query: 'path:**/*a*/**'},
  {name: 'a glob of many stars', query: `path:${'*a'.repeat(100)}`},
  {name: 'a glob of many deep stars', query: `path:${'**/a*/'.repeat(40)}x`},
  {name: '64 equal globs', query: many(64, () => 'path:**/*e*/**')},
  {name: '64 different globs', query: many(64, (at) => `path:**/*${lettersOf(at)}*/**`)},
  {name: '16 long globs', query: many(16, (at) => `path:${`*${LETTERS[at]}`.repeat(60)}`)},
  {name: '64 negated globs', query: many(64, (at) => `-path:*${lettersOf(at)}*`)},
  {name: 'a path like an evil regular expression', query: 'path:(a+)+$'},
  {name: 'a path of regular characters', query: 'path:[a-z]{1,9999}|.*^$\\d'},
  {name: 'a path of question marks', query: `path:${'?'.repeat(256)}`},
  {name: 'a path too long', query: `path:${'a'.repeat(257)}`},
  {name: 'a path that climbs', query: 'path:../../../../etc/passwd'},
  {name: 'a path of Lucene’s own signs', query: 'path:~@<1-999999999>&"#.'},
  // Characters
  {name: 'ideographs', query: '漢字かな交じり文'},
  {name: 'a phrase of 300 ideographs', query: `"${'文字'.repeat(150)}"`},
  {name: 'one letter under 2,000 marks', query: `a${'\u0301'.repeat(2000)}`},
  {name: 'marks alone', query: '\u0301\u0302\u0303'},
  {name: 'jamo that compose', query: '\u1112\u1161\u11ab'.repeat(200)},
  {name: 'ligatures that grow when they are folded', query: '\ufdfa'.repeat(200)},
  {name: 'half a surrogate', query: `a \ud800 b`},
  {name: 'emoji', query: '👩‍👩‍👧‍👦 🏳️‍🌈'},
  {name: 'from right to left', query: '\u202eabc\u202c "\u2066x\u2069"'},
  {name: 'control bytes', query: 'a\u0000b \u0007 \u001b[31mred'},
  {name: 'spaces of all kinds', query: 'a\u00a0b\u3000c\u2028d\u0085e'},
  {name: 'a huge number', query: '9'.repeat(400)},
  {name: 'numbers like a range', query: '[1 TO 99999999999999999999]'},
  // Syntax, ours and that of others
  {name: 'an open quote', query: 'the "quick brown'},
  {name: 'quotes alone', query: '""'},
  {name: '1,000 quotes', query: '"'.repeat(1001)},
  {name: 'minuses alone', query: '- -- --- -""'},
  {name: 'filters without a value', query: 'path: ext: lang: type:'},
  {name: 'a filter within a filter', query: 'path:path:ext:lang:md'},
  {name: 'an unknown language', query: 'lang:klingon'},
  {name: 'an unknown type', query: `type:${'x'.repeat(1000)}`},
  {name: 'the query language of FTS5', query: 'text: NEAR(a b, 999999) OR {parts}: ^a AND NOT b'},
  {name: 'the query language of Lucene', query: '(content:a OR _id:*)~99 AND {!func}1 +-||&&/.*/'},
  {name: 'the end of an SQL string', query: `'; DROP TABLE entries; --`},
  {name: 'the longest query', query: many(1, () => `${'ab '.repeat(1364)}abcd`)},
  {name: 'a query too long', query: 'a'.repeat(QUERY_MAX_CHARS + 1)},
  {name: 'nothing', query: '   '},
];

function frequent(count: number): string {
  return many(count, (at) => FREQUENT[at % FREQUENT.length]!);
}

/** a to z, then aa, ab ... */
function lettersOf(at: number): string {
  return at < 26 ? LETTERS[at]! : LETTERS[Math.floor(at / 26) - 1]! + LETTERS[at % 26]!;
}

function many(count: number, clauseOf: (at: number) => string): string {
  return Array.from({length: count}, (_, at) => clauseOf(at)).join(' ');
}
