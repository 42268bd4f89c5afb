/**
 * The language in which lists of runs are filtered and ordered, as a grammar of Peggy, which makes a parser of it:
 * `test_recall_at_100 > 0.3 and params.training.batchSize = 8192 and tags.team = "search"`, `test_loss asc, createdAt desc`.
 */
export const GRAMMAR = String.raw`
Filter = _ value:Or _ { return value; }

Orders = _ first:Order rest:(_ "," _ @Order)* _ { return [first, ...rest]; }

Order = field:Field direction:(__ @("asc"i / "desc"i) !Word)?
  { return { field, direction: direction ? direction.toLowerCase() : null }; }

Or = first:And rest:(_ OrWord _ @And)*
  { return rest.length === 0 ? first : { kind: "or", parts: [first, ...rest] }; }

And = first:Not rest:(_ AndWord _ @Not)*
  { return rest.length === 0 ? first : { kind: "and", parts: [first, ...rest] }; }

Not = NotWord _ part:Not { return { kind: "not", part }; }
  / "(" _ inner:Or _ ")" { return inner; }
  / Comparison

Comparison
  = field:Field _ operator:Operator _ value:Value { return { kind: "compare", field, operator, value }; }
  / field:Field _ isNegated:IsIn _ "(" _ first:Value rest:(_ "," _ @Value)* _ ")"
    { return { kind: "in", field, isNegated, values: [first, ...rest] }; }
  / field:Field _ isNegated:Contains _ text:Text { return { kind: "contains", field, isNegated, text }; }

Operator "a comparison (=, !=, <, <=, >, >=)"
  = "==" { return "="; } / "=" / "!=" / "<>" { return "!="; } / "<=" / ">=" / "<" / ">"

IsIn = NotWord __ InWord { return true; } / InWord { return false; }

Contains = NotWord __ ContainsWord { return true; } / ContainsWord { return false; }

Field "a metric, a field, params.… or tags.…"
  = !(Reserved !Word) first:Name rest:("." @(Part / Text))*
  { return { path: [first, ...rest], at: location().start.offset }; }

Name = $((Letter / [_]) (Letter / [0-9_-])*)
Part = $((Letter / [0-9_]) (Letter / [0-9_-])*)
Letter = [A-Za-z\u00A1-\u1FFF\u2C00-\u2DFF\u3001-\uFFFD]

Value "a number, a text in quotes, true, false or null" = Number / Text / Constant

Number = text:$([+-]? ([0-9]+ ("." [0-9]*)? / "." [0-9]+) ([eE] [+-]? [0-9]+)?) !Word
  {
    const number = Number(text);
    if (!Number.isFinite(number)) error("a number of at most 1.8e308 in size, and " + text.slice(0, 20) + " is larger");
    return number;
  }

Text "a text in quotes"
  = '"' parts:(Escape / $[^"\\]+)* '"' { return parts.join(""); }
  / "'" parts:(Escape / $[^'\\]+)* "'" { return parts.join(""); }

Escape = "\\" @.

Constant
  = "true"i !Word { return true; } / "false"i !Word { return false; } / "null"i !Word { return null; }

Reserved = "and"i / "or"i / "not"i / "in"i / "contains"i / "true"i / "false"i / "null"i
AndWord "and" = "and"i !Word
OrWord "or" = "or"i !Word
NotWord "not" = "not"i !Word
InWord "in" = "in"i !Word
ContainsWord "contains" = "contains"i !Word
Word = Letter / [0-9_.]

_ "a blank" = [ \t\r\n]*
__ "a blank" = [ \t\r\n]+
`;
