//! Calls: arguments find their parameters by place or by name.

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;
use syntax::ast::{Arg, Expr, ExprKind, Name, Range, StrPart};

use super::Elaborator;
use super::names::suggest;
use super::notes::{Called, Meaning, Whose};
use crate::core::{Core, CoreKind, Named, Slot};
use crate::queries::scope::Target;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::source::Kind;
use crate::types::Type;
use crate::value::Value;

/// Where a secret can be kept.
const SECRET_SOURCES: [&str; 2] = ["file:", "systemd-credential:"];

impl Elaborator<'_> {
    /// The arguments by parameter; those with a default may be missing.
    pub(super) fn arguments(
        &mut self,
        at: Span,
        (callee, whose): (&str, &Whose),
        params: &[Slot],
        args: &[Arg],
    ) -> Named {
        self.note_call(|| called(at, whose, params, args));
        let mut given: Named = Vec::new();
        let mut readable = true;
        for (place, arg) in args.iter().enumerate() {
            let Some(slot) = self.parameter(callee, params, place, arg) else {
                readable = false;
                self.skim(&arg.value);
                continue;
            };
            if given.iter().any(|(name, _)| *name == slot.name) {
                let message = format!("{callee} is given `{}` twice", slot.name);
                let place = self.span(arg.value.range);
                self.report(Diagnostic::error(codes::ARGUMENTS, place, message));
                continue;
            }
            if let Some(name) = &arg.name {
                self.note(name.range, || Meaning::Part(whose.clone(), slot.name.clone()));
            }
            let value = self.expect(&arg.value, &slot.ty, &format!("`{}`", slot.name));
            given.push((slot.name.clone(), value));
        }
        let missing = params.iter().filter(|slot| !slot.optional && !given.iter().any(|(name, _)| *name == slot.name));
        let missing: Vec<&str> = missing.map(|slot| slot.name.as_str()).collect();
        if readable && !missing.is_empty() {
            let message = format!("{callee} needs {}", super::names::listed(&missing));
            self.report(Diagnostic::error(codes::ARGUMENTS, at, message));
        }
        given
    }

    fn parameter<'p>(&mut self, callee: &str, params: &'p [Slot], place: usize, arg: &Arg) -> Option<&'p Slot> {
        let found = match &arg.name {
            Some(name) => params.iter().find(|slot| slot.name == name.text),
            None => params.get(place),
        };
        if found.is_none() {
            let diagnostic = match &arg.name {
                Some(name) => {
                    let at = self.span(name.range);
                    let words: Vec<&str> = params.iter().map(|slot| slot.name.as_str()).collect();
                    let message = format!("{callee} has no parameter `{}`", name.text);
                    suggest(Diagnostic::error(codes::ARGUMENTS, at, message), at, &name.text, &words)
                }
                None => {
                    let message = format!("{callee} takes {}", counted(params.len(), "argument"));
                    Diagnostic::error(codes::ARGUMENTS, self.span(arg.value.range), message)
                }
            };
            self.report(diagnostic);
        }
        found
    }

    /// Names in an argument that fits nowhere are still used.
    pub(super) fn skim(&mut self, value: &Expr) {
        let reported = self.diagnostics.len();
        let _ = self.infer(value);
        self.diagnostics.truncate(reported);
    }

    pub(super) fn call(&mut self, at: Span, callee: &Expr, args: &[Arg]) -> (Core, Type) {
        if let ExprKind::Field(of, name) = &callee.kind {
            return self.method(at, of, name, args);
        }
        let ExprKind::Name(word) = &callee.kind else {
            self.report(Diagnostic::error(codes::WRONG_KIND, self.span(callee.range), "only a name can be called"));
            return (Core::error(at), Type::Error);
        };
        if let Some(Type::Function(function)) = self.local(word).cloned() {
            self.note_name(word, callee.range);
            return self.apply(at, word, &function, args);
        }
        self.note_name(word, callee.range);
        let name = Name { text: word.clone(), range: callee.range };
        match self.target(word) {
            Some(Target::Declared(id, Kind::Function)) => match signature_of(self.db, &id) {
                Signature::Callable { params, result } => {
                    let args = self.arguments(at, (&format!("`{word}`"), &Whose::of(&id)), params, args);
                    (Core::new(at, CoreKind::Call(id, args)), result.clone())
                }
                _ => (Core::error(at), Type::Error),
            },
            Some(Target::Declared(id, kind)) => {
                self.wrong_kind(&name, &id, kind, "a function");
                (Core::error(at), Type::Error)
            }
            Some(Target::Broken) => (Core::error(at), Type::Error),
            None if word == "secret" => (self.secret(at, args), Type::Secret(Box::new(Type::String))),
            None => {
                let prelude = [SmolStr::from("secret")];
                self.unknown(&name, "a function", |kind| kind == Kind::Function, &prelude);
                (Core::error(at), Type::Error)
            }
        }
    }

    /// `secret("file:PATH")`: by reference, so the reference must be known as it stands.
    fn secret(&mut self, at: Span, args: &[Arg]) -> Core {
        let written = match args {
            [Arg { name: None, value: Expr { kind: ExprKind::Str(parts), .. } }] => match parts.as_slice() {
                [StrPart::Text(text)] => Some(text),
                _ => None,
            },
            _ => None,
        };
        let message = match written {
            Some(text) if SECRET_SOURCES.iter().any(|it| text.len() > it.len() && text.starts_with(it)) => {
                return Core::new(at, CoreKind::Constant(Value::Secret(text.into())));
            }
            Some(text) => format!("`{text}` does not say where a secret is kept"),
            None => "`secret` takes the one place where a secret is kept, written out".to_owned(),
        };
        let diagnostic = Diagnostic::error(codes::BAD_SECRET, at, message)
            .help("write `secret(\"file:/run/secrets/NAME\")` or `secret(\"systemd-credential:NAME\")`");
        self.report(diagnostic);
        Core::error(at)
    }
}

fn called(at: Span, whose: &Whose, params: &[Slot], args: &[Arg]) -> Called {
    let place = |(place, arg): (usize, &Arg)| {
        let range = arg.name.as_ref().map_or(arg.value.range, |name| name.range.to(arg.value.range));
        let parameter = match &arg.name {
            Some(name) => params.iter().position(|slot| slot.name == name.text),
            None => Some(place).filter(|place| *place < params.len()),
        };
        (parameter, range)
    };
    let args = args.iter().enumerate().map(place).collect();
    Called { range: Range::new(at.start, at.end), whose: whose.clone(), params: params.to_vec(), args }
}

/// `1 argument`, `2 arguments`
pub(super) fn counted(number: usize, word: &str) -> String {
    match number {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        more => format!("{more} {word}s"),
    }
}
