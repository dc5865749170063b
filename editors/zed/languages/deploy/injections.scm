; Texts in other languages.

((foreign language: "promql" (string (text) @injection.content))
 (#set! injection.language "promql"))

((foreign language: "promql" (block_string (text) @injection.content))
 (#set! injection.language "promql"))

((foreign language: "sql" (string (text) @injection.content))
 (#set! injection.language "sql"))

((foreign language: "sql" (block_string (text) @injection.content))
 (#set! injection.language "sql"))

((sql (string (text) @injection.content))
 (#set! injection.language "sql"))

((sql (block_string (text) @injection.content))
 (#set! injection.language "sql"))

((backfill set: (string (text) @injection.content))
 (#set! injection.language "sql"))

((backfill where: (string (text) @injection.content))
 (#set! injection.language "sql"))

((doc_comment) @injection.content
 (#set! injection.language "markdown_inline"))
