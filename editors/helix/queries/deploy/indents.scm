; How lines are indented, with the captures of Helix.

[
  (arguments)
  (arms)
  (columns)
  (environment_body)
  (fields)
  (gate_body)
  (group_body)
  (imports)
  (list)
  (members)
  (migration_body)
  (overrides)
  (parameters)
  (policy_body)
  (record_type)
  (released_body)
  (service_body)
  (slo_body)
  (stages)
  (statements)
  (steps)
  (test_body)
] @indent

["}" ")" "]"] @outdent
