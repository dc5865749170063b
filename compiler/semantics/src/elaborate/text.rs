//! Text: interpolation, and the digests that look like it.

use diagnostics::{Diagnostic, Span, codes};
use syntax::ast::{Expr, Foreign, Range, StrPart};

use super::Elaborator;
use crate::core::{Core, CoreKind};
use crate::queries::signature::underlying;
use crate::types::Type;
use crate::value::Value;

impl Elaborator<'_> {
    pub(super) fn text(&mut self, at: Span, parts: &[StrPart]) -> Core {
        let parts = parts.iter().map(|part| match part {
            StrPart::Text(text) => {
                let piece = crate::value::Piece::Known(text.into());
                Core::new(at, CoreKind::Constant(Value::Text(vec![piece])))
            }
            StrPart::Expr(expr) => self.interpolated(expr),
        });
        let parts = parts.collect();
        Core::new(at, CoreKind::Text(parts))
    }

    /// `promql "…"`, `sql "…"`: kept as it is written, so that what is reviewed is what is asked.
    pub(super) fn foreign(&mut self, at: Span, language: Foreign, parts: &[StrPart]) -> (Core, Type) {
        let mut text = String::new();
        for part in parts {
            match part {
                StrPart::Text(more) => text.push_str(more),
                StrPart::Expr(expr) if matches!(expr.kind, syntax::ast::ExprKind::Error) => {
                    return (Core::error(at), Type::Error);
                }
                StrPart::Expr(expr) => {
                    self.put_together(expr, language);
                    return (Core::error(at), Type::Error);
                }
            }
        }
        if language == Foreign::PromQl && !self.is_promql(Range::new(at.start, at.end), &text) {
            return (Core::error(at), Type::Error);
        }
        let (value, ty) = match language {
            Foreign::PromQl => (Value::PromQl(text.into()), Type::PromQl),
            Foreign::Sql => (Value::Sql(text.into()), Type::Sql),
        };
        (Core::new(at, CoreKind::Constant(value)), ty)
    }

    pub(super) fn put_together(&mut self, expr: &Expr, language: Foreign) {
        let message = format!("`{}` text is not put together: it stands as it is written", language.word());
        let diagnostic = Diagnostic::error(codes::PUT_TOGETHER, self.span(expr.range), message)
            .note("a value in it could change what it asks, and what was reviewed would not be what is asked");
        let diagnostic = match language {
            Foreign::PromQl => {
                diagnostic.help("`$release` and `$window` are filled in by the runtime, with their types")
            }
            Foreign::Sql => diagnostic.help("write the value itself"),
        };
        self.report(diagnostic);
    }

    fn interpolated(&mut self, expr: &Expr) -> Core {
        let (core, ty) = self.infer(expr);
        let message = match underlying(self.db, &ty) {
            held if self.holds_secret(&held) => {
                self.secret_seen(core.span, &held, "put into text");
                return Core::error(core.span);
            }
            Type::Secret(_) | Type::Window | Type::Freeze | Type::Function(_) => {
                format!("{} cannot be put into text", ty.with_article())
            }
            Type::List(_) | Type::Map(_) | Type::Optional(_) | Type::Range(_) | Type::Record(_) | Type::Union(_) => {
                format!("{} cannot be put into text", ty.with_article())
            }
            Type::Environment | Type::Service => {
                let diagnostic = Diagnostic::error(
                    codes::TYPE_MISMATCH,
                    core.span,
                    format!("{} cannot be put into text", ty.with_article()),
                );
                self.report(diagnostic.help("put its name into it: `.name`"));
                return Core::error(core.span);
            }
            Type::Gate(_) | Type::Nothing | Type::PromQl | Type::Sql => {
                format!("{} cannot be put into text", ty.with_article())
            }
            Type::Int | Type::Count | Type::String | Type::Bool | Type::Duration | Type::Ratio | Type::Points => {
                return core;
            }
            Type::Date | Type::Time => return core,
            Type::Factor | Type::Rate | Type::Bytes | Type::Money | Type::Digest => return core,
            Type::Refined(_) | Type::Error => return core,
        };
        self.report(Diagnostic::error(codes::TYPE_MISMATCH, core.span, message));
        Core::error(core.span)
    }

    /// A digest is written in full; anything else that is text may mean another artifact tomorrow.
    pub(super) fn digest(&mut self, at: Span, parts: &[StrPart]) -> Core {
        if let [StrPart::Text(text)] = parts
            && is_digest(text)
        {
            return Core::new(at, CoreKind::Constant(Value::Digest(text.into())));
        }
        let written = match parts {
            [StrPart::Text(text)] => format!("`{text}` is not a digest"),
            _ => "this text is not a digest".to_owned(),
        };
        self.report(not_a_digest(at, &written));
        Core::error(at)
    }
}

/// `sha256:` and 64 lower-case hexadecimal digits.
fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

/// A tag or other text where a digest is needed.
pub(super) fn not_a_digest(at: Span, message: &str) -> Diagnostic {
    Diagnostic::error(codes::NOT_A_DIGEST, at, message)
        .label("a Digest is needed here")
        .note("a tag such as `latest` can name another artifact between review and run")
        .help("take it as a parameter of the workflow, `image: Digest`, or declare it, `let image: Digest = \"sha256:…\"`")
}
