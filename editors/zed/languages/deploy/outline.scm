; Declarations, for the outline.

(environment_declaration "environment" @context name: (identifier) @name) @item
(service_declaration "service" @context name: (identifier) @name) @item
(database_declaration "database" @context name: (identifier) @name) @item
(migration_declaration "migration" @context name: (identifier) @name) @item
(type_declaration "type" @context name: (type_identifier) @name) @item
(group_declaration "group" @context name: (identifier) @name) @item
(flag_declaration "flag" @context name: (identifier) @name) @item
(let_declaration "let" @context name: (identifier) @name) @item
(metric_declaration "metric" @context name: (identifier) @name) @item
(slo_declaration "slo" @context name: (identifier) @name) @item
(gate_declaration "gate" @context name: (identifier) @name) @item
(policy_declaration "policy" @context name: (identifier) @name) @item
(strategy_declaration "strategy" @context name: (identifier) @name) @item
(action_declaration "action" @context name: (identifier) @name) @item
(function_declaration "fn" @context name: (identifier) @name) @item
(workflow_declaration "workflow" @context name: (identifier) @name) @item
(test_declaration "test" @context title: (string) @name) @item
