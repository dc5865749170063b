// The grammar of `.deploy` files for tree-sitter. It follows docs/reference/grammar.md construct by construct and takes
// a little more than the compiler does: a text that is wrong should still be coloured and folded.

/// <reference types="tree-sitter-cli/dsl" />

const LEVEL = { or: 1, and: 2, not: 3, compare: 4, range: 5, fallback: 6, add: 7, multiply: 8, negate: 9, postfix: 10 };

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Entries between braces: a comma, or a line end that the scanner found to end its entry, stands between two. */
function braces($, entry) {
  return seq('{', optional(seq(entry, repeat(seq(choice(',', $._line_end), entry)), optional(','))), '}');
}

/** Entries between other brackets, where line ends mean nothing. */
function commas(entry) {
  return optional(seq(entry, repeat(seq(',', entry)), optional(',')));
}

module.exports = grammar({
  name: 'deploy',

  word: $ => $.identifier,

  externals: $ => [$._line_end, $._never],

  extras: $ => [/[\s\uFEFF\u00A0]/, $.comment, $.doc_comment],

  supertypes: $ => [$.declaration, $.expression, $.type],

  inline: $ => [$._name, $._field_name],

  conflicts: $ => [
    [$._operand, $.lambda_parameters],
    [$._operand, $.window],
    [$._operand, $.dates],
  ],

  rules: {
    source_file: $ => repeat($.declaration),

    // Words, names, trivia.

    comment: _ => token(/\/\/[^\r\n]*/),
    doc_comment: _ => token(prec(1, /\/\/\/[^\r\n]*/)),
    identifier: _ => /[a-z_][A-Za-z0-9_]*/,
    type_identifier: _ => /[A-Z][A-Za-z0-9_]*/,
    _name: $ => choice($.identifier, alias($.type_identifier, $.identifier)),
    _type_name: $ => choice($.type_identifier, alias($.identifier, $.type_identifier)),
    _field_name: $ => choice($.identifier, alias($.type_identifier, $.identifier)),
    // Words of the grammar that are names of fields where `=` follows.
    _service_word: $ => alias(choice(
      'reads', 'inserts', 'updates', 'upserts', 'deletes', 'needs', 'provides', 'calls', 'accept', 'release',
    ), $.identifier),
    _environment_word: $ => alias(choice('bind', 'protected', 'accept'), $.identifier),

    // Declarations.

    declaration: $ => choice(
      $.use_declaration, $.type_declaration, $.let_declaration, $.function_declaration, $.environment_declaration,
      $.service_declaration, $.database_declaration, $.migration_declaration, $.released_declaration,
      $.metric_declaration, $.slo_declaration, $.gate_declaration, $.strategy_declaration, $.action_declaration,
      $.workflow_declaration, $.group_declaration, $.flag_declaration, $.policy_declaration, $.test_declaration,
    ),

    _before: $ => choice(seq(repeat1($.annotation), optional('pub')), 'pub'),
    annotation: $ => seq('@', field('name', $._name), optional($.arguments)),
    formerly: $ => seq('formerly', field('name', $._name)),

    use_declaration: $ => seq(
      optional($._before), 'use', field('module', $._name), repeat(seq('.', field('module', $._name))), '.', $.imports,
    ),
    imports: $ => braces($, $.import),
    import: $ => seq(field('name', $._any_case), optional(seq('as', field('alias', $._any_case)))),
    _any_case: $ => choice($.identifier, $.type_identifier),

    type_declaration: $ => seq(
      optional($._before), 'type', field('name', $._type_name), '=', field('body', choice($.record_type, $.union, $.refined_type)),
    ),
    record_type: $ => braces($, $.parameter),
    union: $ => seq(optional('|'), $.case, repeat(seq('|', $.case))),
    case: $ => seq(field('name', $.identifier), optional($.parameters)),
    refined_type: $ => seq(field('base', choice($.generic_type, $.optional_type, $.type_identifier)), 'where', field('condition', $.expression)),

    let_declaration: $ => seq(
      optional($._before), 'let', field('name', $._name), ':', field('type', $.type), '=', field('value', $.expression),
    ),
    function_declaration: $ => seq(
      optional($._before), 'fn', field('name', $._name), $.parameters, '->', field('result', $.type), '=', field('body', $.expression),
    ),

    environment_declaration: $ => seq(
      optional($._before), 'environment', field('name', $._name), optional($.formerly),
      optional(seq('extends', field('base', $._name))), field('body', $.environment_body),
    ),
    environment_body: $ => braces($, choice('protected', $.bind, $.accept, $.field, alias($._environment_field, $.field))),
    _environment_field: $ => seq(field('name', $._environment_word), '=', field('value', $.expression)),
    bind: $ => seq('bind', field('target', $._name), $.fields),

    runbook: $ => seq('runbook', $.expression),

    service_declaration: $ => seq(
      optional($._before), 'service', field('name', $._name), optional($.formerly), optional($.runbook), field('body', $.service_body),
    ),
    service_body: $ => braces($, choice($._contract_clause, $.accept, $.field, alias($._service_field, $.field), $.stray)),
    // What is left of a clause that lost its braces; the compiler says what is missing.
    stray: $ => choice($.identifier, $._service_word),
    _service_field: $ => seq(field('name', $._service_word), '=', field('value', $.expression)),
    _contract_clause: $ => choice($.access, $.deletion, $.index, $.provides, $.calls),
    table: $ => seq(field('database', $._name), '.', field('name', $._name)),
    access: $ => seq(choice('reads', 'inserts', 'updates', 'upserts', 'needs'), $.table, $.columns),
    columns: $ => braces($, $._name),
    deletion: $ => seq('deletes', $.table),
    index: $ => seq('needs', 'index', $.table, '(', commas($._name), ')'),
    provides: $ => seq('provides', field('name', $._name), ':', field('versions', $.expression)),
    calls: $ => seq('calls', field('service', $._name), '.', field('interface', $._name), ':', field('version', $.expression)),

    released_declaration: $ => seq(
      optional($._before), 'released', field('service', $._name), 'in', field('environment', $._name), field('body', $.released_body),
    ),
    released_body: $ => braces($, choice($.release_id, $._contract_clause, $.field, alias($._service_field, $.field), $.stray)),
    release_id: $ => seq('release', $._string),

    database_declaration: $ => seq(
      optional($._before), 'database', field('name', $._name), optional($.formerly), ':', field('type', $.type), $.fields,
    ),
    metric_declaration: $ => seq(
      optional($._before), 'metric', field('name', $._name), optional($.formerly), ':', field('type', $.type), $.fields,
    ),

    migration_declaration: $ => seq(
      optional($._before), 'migration', field('name', $._name), optional($.formerly), 'on', field('database', $._name),
      field('body', $.migration_body),
    ),
    migration_body: $ => braces($, choice($.phase, $.backfill, $.backfill_pause, $.accept, $.sql)),
    phase: $ => seq(field('name', choice('expand', 'contract')), $.statements),
    statements: $ => braces($, $.sql),
    sql: $ => seq('sql', $._string),
    backfill: $ => seq(
      'backfill', field('table', $._name), 'by', field('key', $._name), 'set', field('set', $._string),
      optional(seq('where', field('where', $._string))), 'in', 'batches', 'of', field('batch', $.expression),
    ),
    backfill_pause: $ => seq('pause', 'when', $.expression),

    slo_declaration: $ => seq(
      optional($._before), 'slo', field('name', $._name), optional($.formerly), 'for', field('service', $._name), field('body', $.slo_body),
    ),
    slo_body: $ => braces($, $.objective),
    objective: $ => seq(
      field('metric', $._name), 'keep', field('target', $.expression), choice('good', seq('under', $.expression)), 'over', field('period', $.expression),
    ),

    gate_declaration: $ => seq(
      optional($._before), 'gate', field('name', $._name), optional($.formerly), 'for', field('subject', $._name),
      optional(seq('against', field('baseline', $._name))), optional($.runbook), field('body', $.gate_body),
    ),
    gate_body: $ => braces($, choice(
      $.at_least, $.confidence, $.warm_up, $.lag, $.inconclusive, $.advisory, $._condition, $.accept,
    )),
    at_least: $ => seq('at', 'least', $.expression, 'requests'),
    confidence: $ => seq('confidence', $.expression),
    warm_up: $ => seq('warm', 'up', $.expression),
    lag: $ => seq('lag', $.expression),
    inconclusive: $ => seq('inconclusive', ':', optional(seq('extend', $.expression, 'then')), choice('rollback', 'hold', 'ask')),
    advisory: $ => seq('advisory', $._condition),
    _condition: $ => choice($.burn, $.comparison),
    burn: $ => seq(field('objective', $._name), 'burns', 'at', 'most', $.expression, 'of', 'budget', 'in', $.expression),

    strategy_declaration: $ => seq(
      optional($._before), 'strategy', field('name', $._name), optional($.formerly), optional($.parameters),
      optional(seq('while', field('guard', $.expression))), field('body', $.stages),
    ),
    stages: $ => braces($, choice($.stage, $.stage_loop, $.accept)),
    stage_loop: $ => seq('for', field('binder', $._name), 'in', field('list', $.expression), field('body', $.stages)),
    stage: $ => seq(optional('mirror'), field('weight', $.expression), repeat($._stage_clause)),
    _stage_clause: $ => choice(
      seq('on', $.expression, choice('instances', seq('of', 'replicas'))),
      seq('keeping', $.expression, 'of', 'replicas'),
      seq('of', $.expression),
      seq('sticky', 'by', $.expression),
      seq('surge', $.expression),
      seq('unavailable', $.expression),
      seq('after', 'stop'),
      seq('pause', 'when', field('metric', $._name), choice('<', '<=', '>', '>='), $.expression),
      seq('for', field('hold', $.expression)),
      seq('while', field('guard', $.expression)),
    ),

    action_declaration: $ => seq(
      optional($._before), 'action', field('name', $._name), optional($.formerly), optional($.parameters),
      optional(seq('->', field('result', $.type))), choice('idempotent', 'probeable', 'once'), $.fields,
    ),

    workflow_declaration: $ => seq(
      optional($._before), optional('emergency'), 'workflow', field('name', $._name), optional($.formerly),
      optional($.parameters), optional(seq('during', 'freeze')), optional($.runbook), field('body', $.steps),
    ),

    group_declaration: $ => seq(
      optional($._before), 'group', field('name', $._name), optional($.formerly), field('body', $.group_body),
    ),
    group_body: $ => braces($, alias($._group_member, $.member)),
    _group_member: $ => seq(field('service', $._name), optional($._after)),
    _after: $ => seq('after', field('after', $._name), repeat(seq('and', field('after', $._name)))),

    flag_declaration: $ => seq(optional($._before), 'flag', field('name', $._name), optional($.formerly), $.fields),

    policy_declaration: $ => seq(
      optional($._before), 'policy', field('name', $._name), 'for', field('subject', choice('rollout', 'stage', 'workflow', 'migration', $.identifier)),
      field('binder', $._name), optional(seq('where', field('condition', $.expression))), field('body', $.policy_body),
    ),
    policy_body: $ => braces($, $.requirement),
    requirement: $ => seq('require', field('condition', $.expression), optional(seq('because', field('because', $.expression)))),

    accept: $ => seq('accept', field('proof', $._any_case), 'because', $.expression, 'until', $.expression),

    // Steps.

    steps: $ => braces($, $._step),
    _step: $ => choice($.step, $.accept),
    step: $ => seq($._action, repeat($._modifier)),
    _action: $ => choice(
      $.rollout_step, $.migrate_step, $.run_step, $.check_step, $.approval_step, $.wait_step, $.expose_step, $.mirror_step,
      $.notify_step, $.together_step, $.parallel_step, $.series_step, $.for_step, $.when_step, $.rollback_step, $.finally_step,
    ),
    release: $ => seq(
      field('service', $._name), '@', field('release', $._name), repeat(seq('.', field('release', $._name))),
      optional(seq('with', $.overrides)),
    ),
    overrides: $ => braces($, $.override),
    override: $ => seq($._name, repeat(seq('.', $._name)), '=', field('value', $.expression)),
    rollout_step: $ => seq('rollout', $.release, 'to', field('environment', $._name), 'using', field('strategy', $.expression)),
    migrate_step: $ => seq('migrate', $.phase_name, repeat(seq(',', $.phase_name)), 'in', field('environment', $._name)),
    phase_name: $ => seq(field('migration', $._name), '.', field('phase', $._name)),
    run_step: $ => seq(optional(seq('let', field('name', $._name), '=')), 'run', field('action', $.expression)),
    check_step: $ => seq(
      'check', field('gate', $._name), 'of', field('service', $._name), 'in', field('environment', $._name), 'over', $.expression,
    ),
    approval_step: $ => seq('approval', optional(field('count', $.expression)), 'from', field('people', $.expression)),
    wait_step: $ => seq('wait', choice($.expression, seq('until', $.expression, 'in', $.expression))),
    expose_step: $ => seq(
      'expose', field('flag', $._name), optional(seq('to', $.expression)), optional(seq('of', $.expression)),
      'in', field('environment', $._name), optional(seq('using', field('strategy', $.expression))),
    ),
    mirror_step: $ => seq(
      'mirror', $.release, 'in', field('environment', $._name), 'at', $.expression, 'for', $.expression,
      optional(seq('while', field('guard', $.expression))),
    ),
    notify_step: $ => seq('notify', field('channel', $._name), $.expression),
    together_step: $ => seq(
      'together', optional(field('group', $._name)), 'to', field('environment', $._name), 'using', field('strategy', $.expression), $.members,
    ),
    members: $ => braces($, $.member),
    member: $ => seq($.release, optional($._after)),
    parallel_step: $ => seq('parallel', $.steps),
    series_step: $ => seq('series', $.steps),
    for_step: $ => seq(
      'for', field('binder', $._name), 'in', field('list', $.expression),
      optional(choice(seq('one', 'at', 'a', 'time'), seq('at', 'once'))), $.steps,
    ),
    when_step: $ => seq('when', field('condition', $.expression), $.steps, optional(seq('else', choice($.steps, $.when_step)))),
    rollback_step: $ => seq('rollback', field('target', $._name), optional(seq('in', field('environment', $._name)))),
    finally_step: $ => seq('finally', $.steps),
    _modifier: $ => choice(
      $.runbook,
      seq('silencing', field('matching', $.expression), 'for', 'at', 'most', field('at_most', $.expression)),
      seq('within', field('within', $.expression)),
      seq('retry', $.expression, 'times'),
      seq('on', 'failure', choice($.steps, seq('continue', 'because', $.expression))),
      seq('during', 'freeze'),
      seq('after', 'the', 'fact'),
      seq('may', 'spend', 'at', 'most', $.expression, 'of', 'budget'),
    ),

    // Tests.

    test_declaration: $ => seq(optional($._before), 'test', field('title', $._string), field('body', $.test_body)),
    test_body: $ => braces($, choice($.test_case, $.simulate, $.events, $.expectation)),
    test_case: $ => seq('case', $.arguments),
    simulate: $ => seq('simulate', field('workflow', $._name), optional($.arguments), optional(seq('with', $.events))),
    events: $ => prec.right(seq($.event, repeat(seq('and', $.event)))),
    event: $ => prec.right(seq(
      choice(
        'crash',
        seq('metrics', 'silent'),
        seq(field('arm', $._name), 'unready'),
        seq(field('action', $._name), 'fails', optional(seq($._operand, 'times'))),
        seq('approval', choice('given', 'refused', 'missing'), optional(seq('by', $._operand))),
        seq($._operand, '=', $._operand),
      ),
      optional(seq(choice('from', 'at', 'after'), $.moment)),
      optional(seq('for', $._operand)),
    )),
    moment: $ => choice(
      seq('stage', $._operand, optional(seq('of', field('service', $._name))), optional(seq('in', field('environment', $._name)))),
      $._operand,
    ),
    expectation: $ => seq(optional('expect'), choice($.outcome, $._measure, $.expression)),
    outcome: $ => seq(
      field('name', $._name),
      choice(seq('at', $.moment, optional(seq('within', $._operand))), seq('within', $._operand)),
    ),
    _measure: $ => choice(
      seq('budget', optional(seq('of', field('slo', $._name))), 'spent', $._comparator, $._operand),
      seq('exposure', $._comparator, $._operand),
      seq(optional('never'), 'ran', field('what', $._name), optional(seq('.', field('phase', $._name)))),
    ),

    // Types and parameters.

    parameters: $ => seq('(', commas($.parameter), ')'),
    parameter: $ => seq(field('name', $._field_name), ':', field('type', $.type), optional(seq('=', field('default', $.expression)))),
    type: $ => choice($._type_name, $.generic_type, $.optional_type, $.function_type),
    generic_type: $ => seq(field('name', $._type_name), '<', $.type, repeat(seq(',', $.type)), '>'),
    optional_type: $ => seq(choice($._type_name, $.generic_type, $.optional_type), '?'),
    function_type: $ => seq('fn', '(', commas($.type), ')', '->', field('result', $.type)),

    // Expressions.

    expression: $ => choice($._operand, $.comparison, $.is, $.not, $.and, $.or, $.lambda),
    _comparator: _ => choice('==', '!=', '<', '<=', '>', '>='),
    comparison: $ => prec.left(LEVEL.compare, seq(field('left', $._operand), $._comparator, field('right', $._operand))),
    is: $ => prec.left(LEVEL.compare, seq($._operand, 'is', $.pattern)),
    pattern: $ => prec.right(seq(field('case', $._name), optional(seq('(', commas($._name), ')')))),
    not: $ => prec(LEVEL.not, seq('not', $.expression)),
    and: $ => prec.left(LEVEL.and, seq($.expression, 'and', $.expression)),
    or: $ => prec.left(LEVEL.or, seq($.expression, 'or', $.expression)),
    lambda: $ => prec.right(seq(field('parameters', choice($.identifier, $.lambda_parameters)), '=>', field('body', $.expression))),
    lambda_parameters: $ => seq('(', commas($.identifier), ')'),

    _operand: $ => choice(
      $.number, $.date, $.time, $.true, $.false, $._string, $.foreign, $.identifier, alias($.type_identifier, $.identifier),
      alias($._weekday, $.identifier), $.record, $.list, $.parenthesized, $.if, $.when, $.window, $.freeze,
      $.access_path, $.call, $.negation, $.arithmetic, $.fallback, $.interval,
    ),
    access_path: $ => prec(LEVEL.postfix, seq(field('value', $._operand), '.', field('field', $._field_name))),
    call: $ => prec(LEVEL.postfix, seq(field('function', $._operand), $.arguments)),
    arguments: $ => seq('(', commas($.argument), ')'),
    argument: $ => seq(optional(seq(field('name', $._field_name), '=')), field('value', $.expression)),
    negation: $ => prec(LEVEL.negate, seq('-', $._operand)),
    arithmetic: $ => choice(
      prec.left(LEVEL.multiply, seq($._operand, choice('*', '/'), $._operand)),
      prec.left(LEVEL.add, seq($._operand, choice('+', '-'), $._operand)),
    ),
    fallback: $ => prec.right(LEVEL.fallback, seq($._operand, '??', $._operand)),
    interval: $ => prec.left(LEVEL.range, seq($._operand, '..', $._operand)),

    record: $ => prec(1, seq(optional(field('type', $.type_identifier)), $.fields)),
    fields: $ => braces($, $.field),
    field: $ => seq(field('name', $._field_name), '=', field('value', $.expression)),
    list: $ => seq('[', commas($.expression), ']'),
    parenthesized: $ => seq('(', $.expression, ')'),
    if: $ => prec.right(seq('if', $.expression, 'then', $.expression, 'else', $.expression)),
    when: $ => seq('when', field('value', $.expression), field('body', $.arms)),
    arms: $ => braces($, $.arm),
    arm: $ => seq(choice($.pattern, 'else'), '=>', field('value', $.expression)),

    window: $ => prec.right(seq(
      optional(seq($._weekday, optional(seq('..', $._weekday)))), $.time, '..', $.time, 'in', $._string,
      optional(seq('except', choice($.dates, seq('[', commas($.dates), ']')))),
    )),
    _weekday: $ => alias(choice(...WEEKDAYS), $.weekday),
    freeze: $ => seq($.dates, 'in', $._string, 'because', $._string),
    dates: $ => prec.right(seq($.date, optional(seq('..', $.date)))),

    foreign: $ => seq(field('language', choice('promql', 'sql')), $._string),

    true: _ => 'true',
    false: _ => 'false',

    number: _ => token(choice(
      /[0-9][0-9_]*(\.[0-9][0-9_]*)?(%|[A-Za-z][A-Za-z0-9_]*)?/,
      /[0-9][0-9_]*(\.[0-9][0-9_]*)? +req\/s/,
      /[0-9][0-9_]*(\.[0-9][0-9_]*)? +[A-Z][A-Z][A-Z]/,
    )),
    date: _ => /[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]/,
    time: _ => /[0-9][0-9]?:[0-9][0-9]/,

    _string: $ => choice($.string, $.block_string),
    string: $ => seq('"', repeat(choice($.text, $.escape, $.interpolation)), token.immediate('"')),
    text: $ => prec.right(repeat1(choice(token.immediate(prec(1, /[^"\\$\r\n]+/)), $._dollar))),
    _dollar: _ => token.immediate(prec(1, '$')),
    block_string: $ => seq(
      token(prec(1, /"""\s/)),
      repeat(choice(alias($.block_text, $.text), $.escape, $.interpolation)),
      token.immediate(prec(1, '"""')),
    ),
    block_text: $ => prec.right(repeat1(choice(token.immediate(prec(1, /[^"\\$]+|""?/)), $._dollar))),
    escape: _ => token.immediate(seq('\\', choice(/[^u\r\n]/, /u\{[0-9A-Fa-f]+\}/))),
    interpolation: $ => seq(token.immediate(prec(1, '${')), $.expression, '}'),
  },
});
