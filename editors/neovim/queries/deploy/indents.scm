; How lines are indented: by two spaces between braces and brackets. The captures are those of Neovim.

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
] @indent.begin

["}" ")" "]"] @indent.branch @indent.end
