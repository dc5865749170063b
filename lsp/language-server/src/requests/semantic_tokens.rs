//! `textDocument/semanticTokens`: all of a file, those of a range, and what changed since.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use diagnostics::FileId;
use ide::semantic_tokens::{SemanticToken as Ours, TokenClass, semantic_tokens};
use tower_lsp::ls_types::{
    Range as PositionRange, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens,
    SemanticTokensDelta, SemanticTokensEdit, SemanticTokensFullDeltaResult, SemanticTokensLegend,
    SemanticTokensRangeResult, Uri,
};

use crate::view::Desk;

/// What the numbers of classes and modifiers stand for.
pub(crate) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: TokenClass::ALL.into_iter().map(name).collect(),
        token_modifiers: vec![SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DOCUMENTATION],
    }
}

const DECLARATION: u32 = 1;
const DOCUMENTATION: u32 = 2;

fn name(class: TokenClass) -> SemanticTokenType {
    match class {
        TokenClass::Keyword => SemanticTokenType::KEYWORD,
        TokenClass::Comment | TokenClass::Documentation => SemanticTokenType::COMMENT,
        TokenClass::String => SemanticTokenType::STRING,
        TokenClass::Number => SemanticTokenType::NUMBER,
        TokenClass::Type => SemanticTokenType::TYPE,
        TokenClass::Case => SemanticTokenType::ENUM_MEMBER,
        TokenClass::Function => SemanticTokenType::FUNCTION,
        TokenClass::Entity => SemanticTokenType::CLASS,
        TokenClass::Variable => SemanticTokenType::VARIABLE,
        TokenClass::Parameter => SemanticTokenType::PARAMETER,
        TokenClass::Property => SemanticTokenType::PROPERTY,
        TokenClass::Annotation => SemanticTokenType::DECORATOR,
        TokenClass::Module => SemanticTokenType::NAMESPACE,
    }
}

/// Those of a file.
pub(crate) fn all(desk: &Desk<'_>, file: FileId) -> Vec<SemanticToken> {
    encoded(desk, file, 0..u32::MAX)
}

/// Those of a range.
pub(crate) fn range(desk: &Desk<'_>, file: FileId, range: PositionRange) -> SemanticTokensRangeResult {
    let data = encoded(desk, file, desk.bytes(file, range));
    SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data })
}

/// Each token counted from the one before it.
fn encoded(desk: &Desk<'_>, file: FileId, range: Range<u32>) -> Vec<SemanticToken> {
    let (text, lines) = (desk.snapshot.text(file), desk.snapshot.lines(file));
    let mut last = tower_lsp::ls_types::Position::default();
    let mut data = Vec::new();
    for token in semantic_tokens(desk.snapshot, file, range) {
        for part in by_line(&token, text, &lines) {
            let length = desk.width(text.get(part.start as usize..part.end as usize).unwrap_or_default());
            let at = desk.range_of(file, part).start;
            let same_line = at.line == last.line;
            data.push(SemanticToken {
                delta_line: at.line - last.line,
                delta_start: if same_line { at.character - last.character } else { at.character },
                length,
                token_type: TokenClass::ALL.iter().position(|it| *it == token.class).map_or(0, |at| at as u32),
                token_modifiers_bitset: modifiers(&token),
            });
            last = at;
        }
    }
    data
}

fn modifiers(token: &Ours) -> u32 {
    let documents = if token.class == TokenClass::Documentation { DOCUMENTATION } else { 0 };
    documents | if token.declares { DECLARATION } else { 0 }
}

/// A token line by line: clients need not know any of several.
fn by_line(token: &Ours, text: &str, lines: &ide::Lines) -> Vec<Range<u32>> {
    let (first, last) = (lines.line_of(token.range.start), lines.line_of(token.range.end));
    let part = |line: u32| {
        let bytes = lines.range(line, text);
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        token.range.start.max(byte(bytes.start))..token.range.end.min(byte(bytes.end))
    };
    (first..=last).map(part).filter(|part| part.start < part.end).collect()
}

/// The tokens that the client has, by file.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<BTreeMap<String, Kept>>);

#[derive(Debug, Default)]
struct Kept {
    id: u64,
    data: Vec<SemanticToken>,
}

impl Known {
    /// Keeps the tokens of a file for the next question.
    pub(crate) fn keep(&self, uri: &Uri, data: Vec<SemanticToken>) -> SemanticTokens {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = known.entry(uri.to_string()).or_default();
        *kept = Kept { id: kept.id + 1, data: data.clone() };
        SemanticTokens { result_id: Some(kept.id.to_string()), data }
    }

    /// What changed since an answer, if that was the last one; else all of them.
    pub(crate) fn delta(&self, uri: &Uri, id: &str, data: Vec<SemanticToken>) -> SemanticTokensFullDeltaResult {
        let before = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let kept = known.get_mut(uri.as_str()).filter(|kept| kept.id.to_string() == id);
            kept.map(|kept| std::mem::take(&mut kept.data))
        };
        let edit = before.map(|before| edit(&before, &data));
        let tokens = self.keep(uri, data);
        match edit {
            None => SemanticTokensFullDeltaResult::Tokens(tokens),
            Some(edits) => {
                SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id: tokens.result_id, edits })
            }
        }
    }

    /// Forgets a file that was closed.
    pub(crate) fn forget(&self, uri: &Uri) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(uri.as_str());
    }
}

/// The one stretch in which two lists differ, in numbers as they are sent: five for each token.
fn edit(before: &[SemanticToken], after: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let same = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let (rest, new) = (&before[same..], &after[same..]);
    let tail = rest.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let (gone, come) = (rest.len() - tail, &new[..new.len() - tail]);
    if gone == 0 && come.is_empty() {
        return Vec::new();
    }
    let numbers = |tokens: usize| u32::try_from(tokens * 5).unwrap_or(u32::MAX);
    vec![SemanticTokensEdit { start: numbers(same), delete_count: numbers(gone), data: Some(come.to_vec()) }]
}
