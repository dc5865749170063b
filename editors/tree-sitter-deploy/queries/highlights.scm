; Colours. No node has two captures, so that it does not matter whether the first or the last of a query wins.

(comment) @comment
(doc_comment) @comment.documentation

[
  ; words: declarations around steps clauses phrases
  "use" "type" "let" "fn" "environment" "service" "database" "migration" "released" "metric" "slo" "gate" "strategy"
  "action" "workflow" "group" "flag" "policy" "test" "emergency" "pub" "formerly" "extends" "rollout" "migrate" "run"
  "check" "approval" "wait" "expose" "mirror" "notify" "together" "parallel" "series" "for" "when" "rollback"
  "finally" "accept" "advisory" "after" "against" "as" "ask" "at" "backfill" "batches" "because" "bind" "budget"
  "burns" "by" "calls" "case" "confidence" "continue" "contract" "crash" "deletes" "during" "except" "expand"
  "expect" "exposure" "extend" "failure" "fails" "freeze" "from" "given" "good" "hold" "idempotent" "in"
  "inconclusive" "index" "inserts" "instances" "keep" "keeping" "lag" "may" "metrics" "missing" "needs" "never" "of"
  "on" "once" "one" "over" "pause" "probeable" "protected" "provides" "ran" "reads" "refused" "release" "replicas"
  "requests" "require" "retry" "runbook" "set" "silencing" "silent" "simulate" "spend" "spent" "stage" "sticky"
  "stop" "surge" "times" "to" "unavailable" "under" "unready" "until" "updates" "upserts" "using" "warm" "where"
  "while" "with" "within" "a" "fact" "least" "most" "the" "time" "up"
  ; words end
] @keyword

[
  ; words: operators
  "and" "or" "not" "is" "if" "then" "else"
  ; words end
] @keyword.operator

[(true) (false)] @boolean
[(number) (date) (time)] @number
(weekday) @constant.builtin

(foreign language: _ @keyword)

["\"" "\"\"\""] @string
(text) @string
(escape) @string.escape
(interpolation ["${" "}"] @punctuation.special)

["=" "==" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/" ".." "??" "=>" "->" "|" "?" "@"] @operator
["{" "}" "(" ")" "[" "]"] @punctuation.bracket
["," "." ":"] @punctuation.delimiter

; Names where they are declared.
(let_declaration name: (identifier) @variable)
(function_declaration name: (identifier) @function)
(action_declaration name: (identifier) @function)
(workflow_declaration name: (identifier) @function)
(strategy_declaration name: (identifier) @function)
(environment_declaration name: (identifier) @type)
(service_declaration name: (identifier) @type)
(database_declaration name: (identifier) @type)
(migration_declaration name: (identifier) @type)
(released_declaration service: (identifier) @type environment: (identifier) @type)
(metric_declaration name: (identifier) @variable)
(slo_declaration name: (identifier) @variable)
(gate_declaration name: (identifier) @function)
(group_declaration name: (identifier) @type)
(flag_declaration name: (identifier) @variable)
(policy_declaration name: (identifier) @function)
(use_declaration module: (identifier) @module)
(import (type_identifier) @type)
(type_identifier) @type
(annotation "@" name: (identifier) @attribute)

; Names where they are used.
(parameter name: (identifier) @variable.parameter)
(argument name: (identifier) @variable.parameter)
(field name: (identifier) @property)
(case name: (identifier) @constructor)
(pattern case: (identifier) @constructor)
(access_path field: (identifier) @property)
(call function: (identifier) @function)
(release service: (identifier) @type)
(table database: (identifier) @type name: (identifier) @property)
(columns (identifier) @property)
