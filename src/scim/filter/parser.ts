import { CORE_USER } from '../discovery/attributes.js';
import { type AttributeReference, findSubAttribute, resolveName } from '../discovery/names.js';
import { COMPARISON_OPERATORS, type ComparisonOperator, type Filter } from './ast.js';
import { filterFault, type Token, tokensOf } from './lexer.js';
import { readOperand } from './operand.js';

/** The nesting limit of parentheses, `not` and value paths, which protects the stack. */
export const MAX_FILTER_DEPTH = 32;

function isComparisonOperator(word: string): word is ComparisonOperator {
  return COMPARISON_OPERATORS.some((operator) => operator === word);
}

/**
 * A recursive descent over RFC 7644 figure 1. Precedence (§3.4.2.2): "Logical operators - where "not" takes precedence
 * over "and", which takes precedence over "or"".
 */
export class FilterParser {
  readonly #tokens: readonly Token[];
  readonly #resource: string;
  #next = 0;
  #depth = 0;

  /**
   * @param start the index of the first token to read
   * @param resource the core schema in which names are resolved
   */
  constructor(tokens: readonly Token[], start = 0, resource = CORE_USER) {
    this.#tokens = tokens;
    this.#resource = resource;
    this.#next = start;
  }

  /** The next token. */
  get token(): Token {
    const token = this.#tokens[this.#next] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('the tokens of a text end with an end token');
    return token;
  }

  /** Consumes and returns the next token. */
  take(): Token {
    const token = this.token;
    this.#next += 1;
    return token;
  }

  /** Consumes the next token. @throws ScimError invalidFilter when it is of another kind */
  expect(kind: Token['kind'], wanted: string): Token {
    if (this.token.kind === kind) return this.take();
    throw filterFault(this.token.position, `expected ${wanted}, found ${this.token.text}`);
  }

  /** Reads a filter. In a value path, names are sub-attributes of `parent`. */
  filter(parent?: AttributeReference): Filter {
    return this.#joined('or', () => this.#joined('and', () => this.#term(parent)));
  }

  /** Reads `[ filter ]` after its attribute. */
  valueFilter(parent: AttributeReference): Filter {
    const open = this.expect('[', '[');
    if (parent.subAttribute !== undefined || parent.attribute.type !== 'complex') {
      throw filterFault(
        open.position,
        `${(parent.subAttribute ?? parent.attribute).name} has no sub-attributes to filter by`,
      );
    }
    const filter = this.#nested(() => this.filter(parent));
    this.expect(']', 'and, or, or ]');
    return filter;
  }

  #joined(kind: 'and' | 'or', operand: () => Filter): Filter {
    const first = operand();
    const filters = [first];
    while (this.#takeWord(kind)) filters.push(operand());
    return filters.length === 1 ? first : { kind, filters };
  }

  #takeWord(word: string): boolean {
    const found = this.token.kind === 'word' && this.token.text.toLowerCase() === word;
    if (found) this.#next += 1;
    return found;
  }

  #nested<Result>(read: () => Result): Result {
    if (this.#depth === MAX_FILTER_DEPTH) {
      throw filterFault(this.token.position, `a filter nests at most ${MAX_FILTER_DEPTH} levels deep`);
    }
    this.#depth += 1;
    const result = read();
    this.#depth -= 1;
    return result;
  }

  #term(parent: AttributeReference | undefined): Filter {
    // FILTER = … / *1"not" "(" FILTER ")"
    const negated = this.#takeWord('not');
    if (!negated && this.token.kind !== '(') return this.#expression(parent);
    this.expect('(', 'a parenthesis after not');
    const filter = this.#nested(() => this.filter(parent));
    this.expect(')', 'and, or, or a closing parenthesis');
    return negated ? { kind: 'not', filter } : filter;
  }

  #expression(parent: AttributeReference | undefined): Filter {
    const { text, position } = this.expect('word', 'an attribute');
    const target =
      parent === undefined
        ? resolveTarget(text, position, this.#resource)
        : resolvePart(parent, text, position);
    if (this.token.kind !== '[') return this.#comparison(target, position);
    const filter = this.valueFilter(target);
    const part = this.token;
    if (part.kind !== 'word' || !part.text.startsWith('.')) {
      return { kind: 'valuePath', target, filter, position };
    }
    // Beyond the grammar: Entra sends emails[type eq "work"].value eq "…", which one value must meet as a whole.
    this.take();
    const comparison = this.#comparison(
      resolvePart(target, part.text.slice(1), part.position),
      part.position,
    );
    return { kind: 'valuePath', target, filter: { kind: 'and', filters: [filter, comparison] }, position };
  }

  #comparison(target: AttributeReference, position: number): Filter {
    const word = this.expect('word', 'an operator');
    const name = word.text.toLowerCase();
    if (name === 'pr') return { kind: 'presence', target, position };
    if (!isComparisonOperator(name)) {
      throw filterFault(
        word.position,
        `there is no operator ${word.text}; the operators are ${COMPARISON_OPERATORS.join(', ')} and pr`,
      );
    }
    const compared = comparable(target, position);
    const attribute = compared.subAttribute ?? compared.attribute;
    const operand = readOperand(attribute, { name, position: word.position }, this.take());
    return { kind: 'comparison', target: compared, operator: name, operand, position };
  }
}

function resolveTarget(name: string, position: number, resource: string): AttributeReference {
  const target = resolveName(name, resource);
  if (target?.kind === 'attribute' && target.attribute.returned !== 'never') return target;
  throw filterFault(position, `there is no attribute ${name}`);
}

function resolvePart(parent: AttributeReference, name: string, position: number): AttributeReference {
  const subAttribute = findSubAttribute(parent.attribute, name);
  if (subAttribute !== undefined) return { ...parent, subAttribute };
  const parts = parent.attribute.subAttributes?.map((part) => part.name).join(', ');
  throw filterFault(
    position,
    `${parent.attribute.name} has no sub-attribute ${name}; its sub-attributes are ${parts}`,
  );
}

/** RFC 7644 §3.4.2.2 writes `emails co "example.com"` for `emails.value co "example.com"`. */
function comparable(target: AttributeReference, position: number): AttributeReference {
  if (target.subAttribute !== undefined || target.attribute.type !== 'complex') return target;
  return resolvePart(target, 'value', position);
}

/**
 * Parses the `filter` of a query (RFC 7644 §3.4.2.2): the whole grammar, with names, operators and keywords in any case.
 * Names are resolved, and values converted to their attributes' types.
 *
 * @param resource the core schema of the requested resource
 * @throws ScimError 400 `invalidFilter` with the position of the fault, also for unknown attributes and operators
 */
export function parseFilter(text: string, resource = CORE_USER): Filter {
  const parser = new FilterParser(tokensOf(text), 0, resource);
  const filter = parser.filter();
  parser.expect('end', 'and, or, or the end');
  return filter;
}
