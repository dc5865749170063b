; Declarations, for lists of what is in a file.

(environment_declaration name: (identifier) @name) @definition.class
(service_declaration name: (identifier) @name) @definition.class
(database_declaration name: (identifier) @name) @definition.class
(migration_declaration name: (identifier) @name) @definition.class
(type_declaration name: (type_identifier) @name) @definition.class
(group_declaration name: (identifier) @name) @definition.class
(flag_declaration name: (identifier) @name) @definition.constant
(let_declaration name: (identifier) @name) @definition.constant
(metric_declaration name: (identifier) @name) @definition.constant
(slo_declaration name: (identifier) @name) @definition.constant
(gate_declaration name: (identifier) @name) @definition.function
(policy_declaration name: (identifier) @name) @definition.function
(strategy_declaration name: (identifier) @name) @definition.function
(action_declaration name: (identifier) @name) @definition.function
(function_declaration name: (identifier) @name) @definition.function
(workflow_declaration name: (identifier) @name) @definition.function
