//! A symbol for people: where it is declared, what it looks like, what is written about it, and its value.

use diagnostics::{FileId, Span};
use smol_str::SmolStr;
use syntax::ast::{Decl, DeclKind, Range};

use super::builtin;
use super::settle::Placed;
use super::symbol::{Mention, Symbol};
use crate::SemanticModel;
use crate::evaluate::shown;
use crate::queries::body::needs;
use crate::queries::source::{head, parsed};
use crate::queries::value::{Entity, value};
use crate::types::DeclId;

/// Lines of a declaration that are shown whole.
const LINES_MAX: usize = 14;

/// What is known of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defined {
    /// Where it gets its name; nothing for what is built in.
    pub name: Option<Span>,
    /// All of what declares it.
    pub whole: Option<Span>,
    /// What it is called: `gate`, `field`, `parameter`, `case` …
    pub kind: &'static str,
    /// It as it is written, without its body where that is long.
    pub text: String,
    /// Its doc comment.
    pub doc: Option<SmolStr>,
    /// What it comes to, where that is known before a run.
    pub value: Option<String>,
    /// What its value comes from.
    pub origins: Vec<Origin>,
}

/// Something that a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its name.
    pub name: SmolStr,
    /// Where it is declared.
    pub span: Span,
    /// What it comes to, if that is a value.
    pub value: Option<String>,
}

impl Defined {
    fn new(kind: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { name: None, whole: None, kind, text, doc: None, value: None, origins: Vec::new() }
    }

    fn at(self, name: Span, whole: Span, doc: &SmolStr) -> Self {
        let doc = (!doc.is_empty()).then(|| doc.clone());
        Self { name: Some(name), whole: Some(whole), doc, ..self }
    }
}

impl SemanticModel<'_> {
    /// What is known of a symbol; nothing for what is not there any more.
    #[must_use]
    pub fn define(&self, symbol: &Symbol) -> Option<Defined> {
        match symbol {
            Symbol::Declaration { .. } => self.define_declaration(&symbol.owner()?),
            Symbol::Part { case, owner, .. } => {
                let (placed, param) = self.param_of(symbol)?;
                let kind = if case.is_some() || self.is_type(&symbol.owner()?) { "field" } else { "parameter" };
                let of = case.as_ref().map_or_else(|| owner.to_string(), |case| format!("{owner}.{case}"));
                let text = format!("{} // of {of}", self.slice(placed, param.range));
                let defined = Defined::new(kind, text);
                Some(defined.at(placed.span(param.name.range), placed.span(param.range), &param.docs))
            }
            Symbol::Case { owner, .. } => {
                let (placed, case) = self.case_of(symbol)?;
                let last = case.fields.last().map_or(case.name.range, |field| field.range);
                let range = case.name.range.to(last);
                let close = if case.fields.is_empty() { "" } else { ")" };
                let text = format!("{}{close} // of {owner}", self.slice(placed, range));
                Some(Defined::new("case", text).at(placed.span(case.name.range), placed.span(range), &case.docs))
            }
            Symbol::Local { name, declared } => {
                let mention = Mention { span: *declared, symbol: symbol.clone(), declares: true };
                let ty = self.raw_type(&mention).filter(|ty| !ty.is_error());
                let text = ty.map_or_else(|| name.to_string(), |ty| format!("{name}: {ty}"));
                Some(Defined::new("name", text).at(*declared, *declared, &SmolStr::default()))
            }
            Symbol::Module(module) => {
                let file = self.module_file(module)?;
                let top = Span::new(file, 0, 0);
                let path = diagnostics::SourceMap::path(self, file);
                Some(Defined::new("module", format!("use {module} // {path}")).at(top, top, &SmolStr::default()))
            }
            Symbol::Builtin(name) => {
                let doc = builtin::named(name)?;
                Some(Defined { doc: Some(doc.into()), ..Defined::new("built in", name.as_str()) })
            }
            Symbol::Method { of, name } => {
                let (written, doc) = builtin::method(name)?;
                Some(Defined { doc: Some(doc.into()), ..Defined::new("method", format!("{of}.{written}")) })
            }
        }
    }

    fn is_type(&self, id: &DeclId) -> bool {
        self.placed_of(id).is_some_and(|it| matches!(it.decl(self.db()).kind, DeclKind::Type(_)))
    }

    fn slice(&self, placed: Placed<'_>, range: Range) -> &str {
        let text = diagnostics::SourceMap::text(self, placed.file);
        let at = |offset: u32| (placed.start + offset) as usize;
        text.get(at(range.start)..at(range.end)).unwrap_or_default()
    }

    fn define_declaration(&self, id: &DeclId) -> Option<Defined> {
        let placed = self.placed_of(id)?;
        let decl = placed.decl(self.db());
        let name = placed.span(decl.name()?.range);
        let text = self.shown_text(placed, decl);
        let defined = Defined::new(head(self.db(), placed.item).kind.word(), text);
        let defined = defined.at(name, placed.whole(self.db()), &decl.docs);
        Some(Defined { value: self.value_of(id), origins: self.origins(placed), ..defined })
    }

    /// The declaration as it is written, from its head word on.
    fn shown_text(&self, placed: Placed<'_>, decl: &Decl) -> String {
        let from = decl.head.start;
        let whole = self.slice(placed, Range::new(from, decl.range.end));
        match end_of_head(decl) {
            Some(end) => self.slice(placed, Range::new(from, end)).trim_end().to_owned(),
            None if whole.lines().count() <= LINES_MAX => whole.to_owned(),
            None => whole.split('{').next().unwrap_or(whole).trim_end().to_owned(),
        }
    }

    /// What a `let` comes to.
    pub(crate) fn value_of(&self, id: &DeclId) -> Option<String> {
        let placed = self.placed_of(id)?;
        match &value(self.db(), placed.item).entity {
            Entity::Value(value) => shown(value),
            _ => None,
        }
    }

    fn origins(&self, placed: Placed<'_>) -> Vec<Origin> {
        if !matches!(placed.decl(self.db()).kind, DeclKind::Let(_)) {
            return Vec::new();
        }
        let needed = needs(self.db(), placed.item);
        let found = needed.iter().filter_map(|id| {
            let from = self.placed_of(id)?;
            let name = parsed(self.db(), from.item).decl.name()?;
            Some(Origin { name: name.text.clone(), span: from.span(name.range), value: self.value_of(id) })
        });
        found.collect()
    }

    /// Where what a file is named by stands in it: the first byte.
    #[must_use]
    pub fn top_of(&self, file: FileId) -> Span {
        Span::new(file, 0, 0)
    }
}

/// Where what others must know of a declaration ends; nothing where its body says what it is.
fn end_of_head(decl: &Decl) -> Option<u32> {
    match &decl.kind {
        DeclKind::Let(it) => Some(it.ty.range.end),
        DeclKind::Function(it) => Some(it.result.range.end),
        DeclKind::Strategy(it) => Some(it.range.start),
        DeclKind::Action(it) => Some(it.effect_range.end),
        DeclKind::Workflow(it) => Some(it.range.start),
        DeclKind::Use(_) | DeclKind::Type(_) | DeclKind::Environment(_) | DeclKind::Service(_) => None,
        DeclKind::Database(_) | DeclKind::Migration(_) | DeclKind::Released(_) | DeclKind::Metric(_) => None,
        DeclKind::Slo(_) | DeclKind::Gate(_) | DeclKind::Group(_) | DeclKind::Flag(_) => None,
        DeclKind::Policy(_) | DeclKind::Test(_) | DeclKind::Error(_) => None,
    }
}
