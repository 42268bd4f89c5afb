/**
 * Names of a signature's inputs. TensorFlow makes parameters of a Python function of them: what is neither a letter nor a digit becomes `_`, and
 * `arg_` is put before what does not begin with a letter (`sanitize_arg_name` of its `function_type.py`). Where two become one, or one is no
 * name of Python, `tf.saved_model.load` refuses the whole model.
 */

/** https://docs.python.org/3/reference/lexical_analysis.html#keywords, and the one parameter that every signature has. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if import in is ' +
    'lambda nonlocal not or pass raise return try while with yield self'
  ).split(' '),
);

/** The name itself where it can be one, else one that is like it; different from all that are taken. */
export function inputName(wanted: string, taken: readonly string[]): string {
  const parameters = new Set(taken.map(parameterOf));
  // Such as the square of m², which is a digit and yet in no name.
  let name = Array.from(wanted, (one) => (isDigitOrLetter(one) && !isOfNames(one) ? '_' : one)).join('');
  while (!isFree(name, parameters)) name += '_';
  return name;
}

/** Of several columns, those first that are names as they are: no other one takes theirs. */
export function inputNames(columns: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const isItself = (column: string) => parameterOf(column) === column && inputName(column, []) === column;
  for (const column of [...columns.filter(isItself), ...columns])
    if (!names.has(column)) names.set(column, inputName(column, [...names.values()]));
  return names;
}

function isFree(name: string, parameters: ReadonlySet<string>): boolean {
  const parameter = parameterOf(name);
  // In an object, the last one would be no key.
  return name !== '' && !parameters.has(parameter) && !RESERVED.has(parameter) && name !== '__proto__';
}

function parameterOf(name: string): string {
  const parameter = Array.from(name, (one) => (isDigitOrLetter(one) ? one : '_')).join('');
  return /^\p{L}/u.test(parameter) ? parameter : `arg_${parameter}`;
}

const isDigitOrLetter = (one: string) => /[\p{L}\p{N}]/u.test(one);
const isOfNames = (one: string) => /\p{XID_Continue}/u.test(one);
