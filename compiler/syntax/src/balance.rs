//! Makes brackets balance before parsing: what is never closed gets a closer, what closes nothing is dropped.
//!
//! Balanced brackets keep recovery linear and local. Where they do not balance, indentation tells which
//! bracket is at fault. Nesting is limited here, so nothing behind the parser can run out of stack.

use crate::lex::{Bracket, TokenKind, trailing_closers};
use crate::significant::Significant;
use diagnostics::{Applicability, Diagnostic, Fix, Span, codes};

/// How deep brackets and operators may nest.
pub const DEPTH_MAX: usize = 256;

/// At most so many findings about brackets in one declaration.
const FINDINGS_MAX: usize = 8;

/// The balanced tokens, and what had to be mended.
pub(crate) fn balance<'s>(
    tokens: Vec<Significant<'s>>,
    span: &dyn Fn(u32, u32) -> Span,
) -> (Vec<Significant<'s>>, Vec<Diagnostic>) {
    if is_balanced(&tokens) {
        return (tokens, Vec::new());
    }
    let mut mender = Mender {
        span,
        missing: [0; 3],
        surplus: [0; 3],
        open: Vec::new(),
        open_count: [0; 3],
        out: Vec::new(),
        findings: Vec::new(),
    };
    mender.count(&tokens);
    tokens.iter().for_each(|token| mender.take(token));
    mender.close_all();
    (mender.out, mender.findings)
}

fn is_balanced(tokens: &[Significant<'_>]) -> bool {
    let mut open = Vec::new();
    for token in tokens {
        if token.kind.opens().is_some() {
            open.push(token.kind);
        } else if let Some(bracket) = token.kind.closes()
            && open.pop() != Some(bracket.opener())
        {
            return false;
        }
    }
    open.is_empty()
}

struct Mender<'f, 's> {
    span: &'f dyn Fn(u32, u32) -> Span,
    /// Openers of each kind beyond the closers.
    missing: [usize; 3],
    /// Closers of each kind beyond the openers.
    surplus: [usize; 3],
    open: Vec<(Bracket, Significant<'s>)>,
    open_count: [usize; 3],
    out: Vec<Significant<'s>>,
    findings: Vec<Diagnostic>,
}

impl<'s> Mender<'_, 's> {
    fn count(&mut self, tokens: &[Significant<'_>]) {
        let mut balance = [0_i64; 3];
        for token in tokens {
            if let Some(bracket) = token.kind.opens() {
                balance[bracket as usize] += 1;
            } else if let Some(bracket) = token.kind.closes() {
                balance[bracket as usize] -= 1;
            }
        }
        self.missing = balance.map(|count| usize::try_from(count).unwrap_or(0));
        self.surplus = balance.map(|count| usize::try_from(-count).unwrap_or(0));
    }

    fn take(&mut self, token: &Significant<'s>) {
        if token.first {
            self.close_by_indentation(token);
        }
        if let Some(bracket) = token.kind.opens() {
            self.open.push((bracket, *token));
            self.open_count[bracket as usize] += 1;
            self.out.push(*token);
        } else if let Some(bracket) = token.kind.closes() {
            self.close(bracket, token);
        } else {
            self.out.push(*token);
        }
        if token.kind == TokenKind::UnfinishedString {
            self.close_what_the_string_swallowed(token);
        }
    }

    /// A line that is not indented deeper than the line of an opener is outside of it.
    fn close_by_indentation(&mut self, token: &Significant<'s>) {
        while let Some((bracket, opener)) = self.open.last().copied() {
            let closes_here = token.kind.closes() == Some(bracket) && token.indent == opener.indent;
            if self.missing[bracket as usize] == 0
                || token.indent > opener.indent
                || opener.line == token.line
                || closes_here
            {
                return;
            }
            self.never_closed();
        }
    }

    fn close(&mut self, bracket: Bracket, token: &Significant<'s>) {
        let kind = bracket as usize;
        match self.open.last().copied() {
            Some((top, opener)) if top == bracket => {
                let astray = !token.first && opener.line < token.line && token.indent > opener.indent;
                if self.surplus[kind] > 0 && astray {
                    self.stray(bracket, token);
                } else {
                    self.pop();
                    self.out.push(*token);
                }
            }
            Some(_) if self.open_count[kind] > 0 => {
                while self.open.last().is_some_and(|(top, _)| *top != bracket) {
                    self.never_closed();
                }
                self.pop();
                self.out.push(*token);
            }
            Some((top, opener)) if self.missing[top as usize] > 0 => self.wrong(top, &opener, bracket, token),
            Some(_) | None => self.stray(bracket, token),
        }
    }

    fn pop(&mut self) -> Option<(Bracket, Significant<'s>)> {
        let popped = self.open.pop();
        if let Some((bracket, _)) = popped {
            self.open_count[bracket as usize] -= 1;
        }
        popped
    }

    fn report(&mut self, finding: Diagnostic) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }

    /// Closes the innermost bracket, which has no closer of its own.
    fn never_closed(&mut self) {
        let Some((bracket, opener)) = self.pop() else { return };
        let at = self.push_closer(bracket);
        let (open, close) = (bracket.open(), bracket.close());
        let place = (self.span)(opener.start, opener.end);
        let finding = Diagnostic::error(codes::NEVER_CLOSED, place, format!("this `{open}` is never closed"))
            .label(format!("missing `{close}`"))
            .fix(Fix::replace(format!("write `{close}`"), (self.span)(at, at), close, Applicability::Guess));
        self.report(finding);
    }

    fn push_closer(&mut self, bracket: Bracket) -> u32 {
        self.missing[bracket as usize] = self.missing[bracket as usize].saturating_sub(1);
        let Some(last) = self.out.last().copied() else { return 0 };
        let (start, end) = (last.end, last.end);
        self.out.push(Significant { kind: bracket.closer(), start, end, text: "", first: false, ..last });
        end
    }

    fn stray(&mut self, bracket: Bracket, token: &Significant<'s>) {
        self.surplus[bracket as usize] = self.surplus[bracket as usize].saturating_sub(1);
        let place = (self.span)(token.start, token.end);
        let message = format!("this `{}` closes nothing", bracket.close());
        let fix = Fix::replace("remove it", place, "", Applicability::Guess);
        self.report(Diagnostic::error(codes::STRAY_CLOSER, place, message).label("nothing is open here").fix(fix));
    }

    fn wrong(&mut self, top: Bracket, opener: &Significant<'s>, found: Bracket, token: &Significant<'s>) {
        self.pop();
        self.surplus[found as usize] = self.surplus[found as usize].saturating_sub(1);
        self.missing[top as usize] = self.missing[top as usize].saturating_sub(1);
        self.out.push(Significant { kind: top.closer(), ..*token });
        let place = (self.span)(token.start, token.end);
        let message = format!("`{}` is closed by `{}`", top.open(), found.close());
        let fix = Fix::replace(format!("write `{}`", top.close()), place, top.close(), Applicability::Guess);
        let finding = Diagnostic::error(codes::STRAY_CLOSER, place, message)
            .label(format!("`{}` belongs here", top.close()))
            .also((self.span)(opener.start, opener.end), "opened here")
            .fix(fix);
        self.report(finding);
    }

    /// The missing quote is the finding; the brackets that it hid are closed without another.
    fn close_what_the_string_swallowed(&mut self, token: &Significant<'s>) {
        for bracket in trailing_closers(token.text) {
            if self.open.last().is_some_and(|(top, _)| *top == bracket) && self.missing[bracket as usize] > 0 {
                self.pop();
                self.push_closer(bracket);
            }
        }
    }

    fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.never_closed();
        }
    }
}
