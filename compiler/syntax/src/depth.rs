//! Limits how deep a declaration nests, counting brackets and operators, before anything recurses over it.

use crate::balance::DEPTH_MAX;
use crate::lex::{Bracket, TokenKind};
use crate::significant::{Significant, goes_on};
use diagnostics::{Diagnostic, Span, codes};

/// How much a brace counts: what recurses over steps, stages and records takes far more of the stack for one level than
/// what recurses over operands.
const BRACE: usize = 8;

/// The same tokens with everything beyond the limit left out, and the finding if there was such a thing.
///
/// Expects balanced brackets and keeps them so.
pub(crate) fn limit<'s>(
    tokens: Vec<Significant<'s>>,
    span: &dyn Fn(u32, u32) -> Span,
) -> (Vec<Significant<'s>>, Option<Diagnostic>) {
    let braces = tokens.iter().filter(|token| token.kind == TokenKind::OpenBrace).count();
    if tokens.len() + (BRACE - 1) * braces < DEPTH_MAX {
        return (tokens, None);
    }
    let mut levels = vec![Level { separates_lines: false, base: 0, depth: 0, angles: 0 }];
    let mut kept: Vec<Significant<'s>> = Vec::with_capacity(tokens.len());
    let mut first_cut: Option<Significant<'s>> = None;
    let mut skipped_open = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if skipped_open > 0 {
            skipped_open += usize::from(token.kind.opens().is_some());
            skipped_open -= usize::from(token.kind.closes().is_some());
            continue;
        }
        let new_line = token.first && at > 0 && !goes_on(&tokens[at - 1], token, tokens.get(at + 1));
        let depth = enter(&mut levels, token, new_line);
        if depth < DEPTH_MAX {
            kept.push(*token);
            continue;
        }
        first_cut.get_or_insert(*token);
        if token.kind.opens().is_some() {
            levels.pop();
            skipped_open = 1;
        }
    }
    let finding = first_cut.map(|token| {
        Diagnostic::error(
            codes::NESTED_TOO_DEEP,
            span(token.start, token.end),
            format!("this is nested more than {DEPTH_MAX} deep"),
        )
        .label(format!("brackets and operators count, and each brace {BRACE} times"))
        .help("give parts of it a name with `let`")
    });
    (kept, finding)
}

struct Level {
    /// Whether a new line begins a new entry: between braces.
    separates_lines: bool,
    /// Depth at its opening bracket.
    base: usize,
    /// Depth of its current entry.
    depth: usize,
    /// Type arguments that are open; their commas separate no entries.
    angles: usize,
}

/// Counts `token` and returns the depth at it.
fn enter(levels: &mut Vec<Level>, token: &Significant<'_>, new_line: bool) -> usize {
    if token.kind.closes().is_some() && levels.len() > 1 {
        levels.pop();
        return 0;
    }
    let Some(level) = levels.last_mut() else { return 0 };
    let separated = token.kind == TokenKind::Comma && level.angles == 0;
    if separated || (new_line && level.separates_lines) {
        (level.depth, level.angles) = (level.base, 0);
    }
    level.angles += usize::from(token.kind == TokenKind::OpenAngle);
    level.angles = level.angles.saturating_sub(usize::from(token.kind == TokenKind::CloseAngle));
    level.depth += deepens(token);
    let depth = level.depth;
    if let Some(bracket) = token.kind.opens() {
        levels.push(Level { separates_lines: bracket == Bracket::Brace, base: depth, depth, angles: 0 });
    }
    depth
}

fn deepens(token: &Significant<'_>) -> usize {
    let deepens = match token.kind {
        TokenKind::Word => matches!(token.text, "not" | "if" | "when" | "is" | "and" | "or"),
        TokenKind::Question | TokenKind::OpenAngle => true,
        TokenKind::Equals | TokenKind::Colon | TokenKind::Bar | TokenKind::Arrow => false,
        TokenKind::OpenBrace => return BRACE,
        kind => kind.is_infix() || kind.opens().is_some(),
    };
    usize::from(deepens)
}
