; Names that live inside one declaration, and where.

[
  (source_file)
  (function_declaration)
  (action_declaration)
  (strategy_declaration)
  (workflow_declaration)
  (policy_declaration)
  (stage_loop)
  (for_step)
  (lambda)
  (arm)
] @local.scope

(parameter name: (identifier) @local.definition)
(stage_loop binder: (identifier) @local.definition)
(for_step binder: (identifier) @local.definition)
(run_step name: (identifier) @local.definition)
(policy_declaration binder: (identifier) @local.definition)
(lambda parameters: (identifier) @local.definition)
(lambda_parameters (identifier) @local.definition)
(pattern (identifier) @local.definition)

(identifier) @local.reference
