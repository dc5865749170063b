// Finds the line ends that separate two entries between braces, by the rules of docs/reference/grammar.md, "Separators".
//
// The token is empty and stands behind the entry, so that comments behind it stay comments. It is asked for only where
// the grammar could end an entry: behind an operator, or between other brackets, a line end is white space.

#include "tree_sitter/parser.h"

enum Token { LINE_END, NEVER };

#define WORD_MAX 24

static const char *const GOES_ON[] = {
    // words: continuing
    "while", "for", "keeping", "on", "against", "within", "retry", "from", "extends", "using", "to", "then", "as",
    "in", "over", "because", "until", "except", "with", "after", "during", "where", "and", "or", "else", "of",
    "sticky", "surge", "unavailable", "may", "runbook", "silencing",
    // words end
};

void *tree_sitter_deploy_external_scanner_create(void) { return NULL; }
void tree_sitter_deploy_external_scanner_destroy(void *payload) {}
unsigned tree_sitter_deploy_external_scanner_serialize(void *payload, char *buffer) { return 0; }
void tree_sitter_deploy_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {}

static bool is_letter(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static bool is_word(int32_t c) { return is_letter(c) || (c >= '0' && c <= '9'); }

static bool is_line_end(int32_t c) { return c == '\n' || c == '\r'; }

static bool is_space(int32_t c) { return c == ' ' || c == '\t' || c == 0xFEFF || c == 0xA0; }

static bool equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

// Passes white space and comments. Tells whether a line ended; `slash` tells that a `/` was passed that begins no comment.
static bool pass_space(TSLexer *lexer, bool *slash) {
  bool ended = false;
  for (;;) {
    if (is_line_end(lexer->lookahead)) {
      ended = true;
      lexer->advance(lexer, false);
    } else if (is_space(lexer->lookahead)) {
      lexer->advance(lexer, false);
    } else if (lexer->lookahead == '/') {
      lexer->advance(lexer, false);
      if (lexer->lookahead != '/') {
        *slash = true;
        return ended;
      }
      while (!lexer->eof(lexer) && !is_line_end(lexer->lookahead)) lexer->advance(lexer, false);
    } else {
      return ended;
    }
  }
}

static void read_word(TSLexer *lexer, char *word) {
  unsigned length = 0;
  for (; is_word(lexer->lookahead); lexer->advance(lexer, false)) {
    if (length < WORD_MAX) word[length++] = (char)lexer->lookahead;
  }
  word[length] = 0;
}

static bool goes_on_with(const char *word) {
  for (unsigned at = 0; at < sizeof GOES_ON / sizeof *GOES_ON; at++) {
    if (equal(GOES_ON[at], word)) return true;
  }
  return false;
}

// Whether `=`, `:` or `=>` follows, but no `==`: then the word before it is a name.
static bool names_a_field(TSLexer *lexer) {
  if (lexer->lookahead == ':') return true;
  if (lexer->lookahead != '=') return false;
  lexer->advance(lexer, false);
  return lexer->lookahead != '=';
}

// Whether `name in` follows, so that the `for` before it begins a loop.
static bool is_loop(TSLexer *lexer) {
  char word[WORD_MAX + 1];
  bool slash = false;
  read_word(lexer, word);
  pass_space(lexer, &slash);
  read_word(lexer, word);
  return equal(word, "in");
}

// Whether a line that begins here, with a word, begins an entry.
static bool word_begins_entry(TSLexer *lexer) {
  char word[WORD_MAX + 1];
  bool slash = false;
  read_word(lexer, word);
  pass_space(lexer, &slash);
  if (slash) return true;
  if (names_a_field(lexer)) return true;
  if (equal(word, "set")) return lexer->lookahead != '"';
  if (equal(word, "for")) return is_loop(lexer);
  return !goes_on_with(word);
}

static bool begins_entry(TSLexer *lexer) {
  if (is_letter(lexer->lookahead)) return word_begins_entry(lexer);
  switch (lexer->lookahead) {
    case '=': case ':': case '|': case '-': case '+': case '*': case '/': case '.': case '?': case '<': case '>':
    case '{': case '}': case ')': case ']': case ',':
      return false;
    case '!':
      lexer->advance(lexer, false);
      return lexer->lookahead != '=';
    default:
      return !lexer->eof(lexer);
  }
}

bool tree_sitter_deploy_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid_symbols) {
  // Both are wanted only where the parser recovers from an error; it does that better by itself.
  if (!valid_symbols[LINE_END] || valid_symbols[NEVER]) return false;
  bool slash = false;
  lexer->mark_end(lexer);
  lexer->result_symbol = LINE_END;
  return pass_space(lexer, &slash) && !slash && begins_entry(lexer);
}
