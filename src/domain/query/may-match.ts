import {type Expression, isTextClause, mapClauses, type TextClause} from './query.ts';
import {regexTrigrams} from './regex-trigrams.ts';
import {type TrigramQuery, trigramsOf} from './trigrams.ts';

/** The trigrams that a text has that matches the clause. */
export function trigramsOfClause(clause: TextClause): TrigramQuery {
  return clause.type === 'substring' ? trigramsOf(clause.text) : regexTrigrams(clause.pattern);
}

/**
 * A condition without text clauses that holds for every entry for which the expression may hold: an engine can answer
 * it. A text clause becomes its trigrams; behind a negation it may be false for any entry.
 */
export function mayMatch(expression: Expression): Expression {
  return mapClauses(expression, (clause, isNegated) => {
    if (!isTextClause(clause)) return clause;
    // Within a negation, "never" makes the whole "always".
    return isNegated ? {type: 'any', of: []} : {type: 'trigrams', wanted: trigramsOfClause(clause)};
  });
}
