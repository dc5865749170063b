//! What each word of a text is, for colours: a keyword, or a name of something.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use diagnostics::FileId;
use semantics::Tree;
use syntax::ast::{
    Decl, DeclKind, EnvironmentEntry, Expr, ExprKind, Fields, GateClauseKind, Name, Param, StageEntry, Step, StepKind,
    TypeBody, TypeKind, TypeRef,
};
use syntax::lex::{Token, TokenKind, tokens};
use syntax::walk::{self, Visitor};

use crate::Snapshot;

/// Every word of the grammar.
static KEYWORDS: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| syntax::keywords().iter().flat_map(|part| part.words).copied().collect());

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenClass {
    /// A word of the grammar.
    Keyword,
    /// A comment.
    Comment,
    /// Documentation.
    Documentation,
    /// A text, without what is computed inside.
    String,
    /// A number with its unit.
    Number,
    /// A type.
    Type,
    /// A case of a union.
    Case,
    /// A function, a strategy or an action.
    Function,
    /// A service, an environment, a gate and the like.
    Entity,
    /// A value with a name.
    Variable,
    /// A parameter, or the name of an argument.
    Parameter,
    /// A field.
    Property,
    /// An annotation.
    Annotation,
    /// A module.
    Module,
}

impl TokenClass {
    /// Every class, in the order of its number.
    pub const ALL: [Self; 14] = [
        Self::Keyword,
        Self::Comment,
        Self::Documentation,
        Self::String,
        Self::Number,
        Self::Type,
        Self::Case,
        Self::Function,
        Self::Entity,
        Self::Variable,
        Self::Parameter,
        Self::Property,
        Self::Annotation,
        Self::Module,
    ];
}

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SemanticToken {
    /// Its bytes; a text of several lines is one.
    pub range: Range<u32>,
    /// What it is.
    pub class: TokenClass,
    /// Whether the name is declared here.
    pub declares: bool,
}

/// What the words between two offsets are, in the order of the text; `0..u32::MAX` for all of a file.
#[must_use]
pub fn semantic_tokens(snapshot: &Snapshot, file: FileId, range: Range<u32>) -> Vec<SemanticToken> {
    let text = snapshot.text(file);
    if text.len() > syntax::FILE_BYTES_MAX {
        return Vec::new();
    }
    let marks = marks(snapshot, file, &range);
    let touched = tokens(text).into_iter().filter(|token| token.start < range.end && token.end > range.start);
    touched.flat_map(|token| classed(&token, text, &marks)).collect()
}

/// The names of a file by where they begin: where they end, what they are, whether they are declared.
type Marks = BTreeMap<u32, (u32, TokenClass, bool)>;

fn marks(snapshot: &Snapshot, file: FileId, range: &Range<u32>) -> Marks {
    let end = |tree: &Tree<'_>| tree.start.saturating_add(u32::try_from(tree.text.len()).unwrap_or(u32::MAX));
    let trees = snapshot.trees(file).into_iter();
    let touched = trees.filter(|tree| tree.start < range.end && end(tree) > range.start);
    let mut found = Marks::new();
    for tree in touched {
        let mut marker = Marker { start: tree.start, marks: &mut found };
        marker.decl(&tree.parsed.decl);
        walk::decl(&tree.parsed.decl, &mut marker);
    }
    found
}

fn classed(token: &Token, text: &str, marks: &Marks) -> Vec<SemanticToken> {
    let whole = |class| vec![SemanticToken { range: token.start..token.end, class, declares: false }];
    match token.kind {
        TokenKind::Comment => whole(TokenClass::Comment),
        TokenKind::Doc => whole(TokenClass::Documentation),
        TokenKind::Number => whole(TokenClass::Number),
        TokenKind::String | TokenKind::UnfinishedString => in_string(token, marks),
        TokenKind::Word => match marks.get(&token.start) {
            Some((_, class, declares)) => {
                vec![SemanticToken { range: token.start..token.end, class: *class, declares: *declares }]
            }
            None if KEYWORDS.contains(token.text(text)) => whole(TokenClass::Keyword),
            None => Vec::new(),
        },
        _sign => Vec::new(),
    }
}

/// A text, cut where names are computed inside.
fn in_string(token: &Token, marks: &Marks) -> Vec<SemanticToken> {
    let (mut found, mut at) = (Vec::new(), token.start);
    let string = |range| SemanticToken { range, class: TokenClass::String, declares: false };
    for (start, (end, class, declares)) in marks.range(token.start..token.end) {
        if at < *start {
            found.push(string(at..*start));
        }
        found.push(SemanticToken { range: *start..*end, class: *class, declares: *declares });
        at = *end;
    }
    if at < token.end {
        found.push(string(at..token.end));
    }
    found
}

struct Marker<'m> {
    /// Where the declaration begins.
    start: u32,
    marks: &'m mut Marks,
}

impl Marker<'_> {
    fn mark(&mut self, name: &Name, class: TokenClass) {
        self.range(name.range, class, false);
    }

    fn declared(&mut self, name: &Name, class: TokenClass) {
        self.range(name.range, class, true);
    }

    /// What was seen first stays: the walk sees what holds a name before the name.
    fn range(&mut self, range: syntax::ast::Range, class: TokenClass, declares: bool) {
        let at = |offset: u32| self.start.saturating_add(offset);
        if range.start < range.end {
            self.marks.entry(at(range.start)).or_insert((at(range.end), class, declares));
        }
    }

    fn decl(&mut self, decl: &Decl) {
        for annotation in &decl.annotations {
            self.mark(&annotation.name, TokenClass::Annotation);
        }
        if let Some(name) = decl.name() {
            self.declared(name, class_of(&decl.kind));
        }
        decl.formerly.iter().for_each(|name| self.mark(name, class_of(&decl.kind)));
        self.parts(&decl.kind);
    }

    /// The names of a declaration that the walk does not see.
    fn parts(&mut self, kind: &DeclKind) {
        match kind {
            DeclKind::Use(it) => {
                it.path.iter().for_each(|name| self.mark(name, TokenClass::Module));
                for import in &it.imports {
                    let class = class_of_name(&import.name.text);
                    self.mark(&import.name, class);
                    import.alias.iter().for_each(|alias| self.declared(alias, class));
                }
            }
            DeclKind::Type(it) => match &it.body {
                TypeBody::Union(cases) => cases.iter().for_each(|case| self.declared(&case.name, TokenClass::Case)),
                TypeBody::Record(_) | TypeBody::Refined { .. } | TypeBody::Error => {}
            },
            DeclKind::Gate(it) => {
                self.mark(&it.subject, TokenClass::Property);
                it.against.iter().for_each(|arm| self.mark(arm, TokenClass::Property));
                for clause in &it.clauses {
                    if let GateClauseKind::Inconclusive { then, .. } = &clause.kind {
                        self.mark(then, TokenClass::Keyword);
                    }
                }
            }
            DeclKind::Policy(it) => {
                self.mark(&it.subject, TokenClass::Keyword);
                self.declared(&it.binder, TokenClass::Variable);
            }
            DeclKind::Environment(it) => {
                for entry in &it.entries {
                    if let EnvironmentEntry::Field(field) = entry {
                        self.mark(&field.name, TokenClass::Property);
                    }
                }
            }
            DeclKind::Let(_) | DeclKind::Function(_) | DeclKind::Service(_) => {}
            DeclKind::Database(_) | DeclKind::Migration(_) | DeclKind::Released(_) | DeclKind::Metric(_) => {}
            DeclKind::Slo(_) | DeclKind::Strategy(_) | DeclKind::Action(_) | DeclKind::Workflow(_) => {}
            DeclKind::Group(_) | DeclKind::Flag(_) | DeclKind::Test(_) | DeclKind::Error(_) => {}
        }
    }
}

impl Visitor for Marker<'_> {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.range(expr.range, class_of_name(name), false),
            ExprKind::Field(_, name) => self.mark(name, TokenClass::Property),
            ExprKind::Call(callee, args) => {
                if let ExprKind::Name(_) = callee.kind {
                    self.range(callee.range, TokenClass::Function, false);
                }
                args.iter().filter_map(|arg| arg.name.as_ref()).for_each(|name| self.mark(name, TokenClass::Parameter));
            }
            ExprKind::Record(Some(name), _) => self.mark(name, TokenClass::Type),
            ExprKind::Lambda(names, _) => names.iter().for_each(|name| self.declared(name, TokenClass::Parameter)),
            ExprKind::Is(_, pattern) => self.pattern(pattern),
            ExprKind::When(_, arms) => {
                arms.iter().filter_map(|arm| arm.pattern.as_ref()).for_each(|pattern| self.pattern(pattern));
            }
            ExprKind::Literal(_) | ExprKind::Str(_) | ExprKind::Foreign(..) | ExprKind::Record(None, _) => {}
            ExprKind::List(_) | ExprKind::Unary(..) | ExprKind::Binary(..) | ExprKind::Interval(..) => {}
            ExprKind::If(..) | ExprKind::Window(_) | ExprKind::Freeze(_) | ExprKind::Error => {}
        }
    }

    fn type_ref(&mut self, ty: &TypeRef) {
        match &ty.kind {
            TypeKind::Named(name, _) => self.mark(name, TokenClass::Type),
            TypeKind::Optional(_) | TypeKind::Function(..) | TypeKind::Error => {}
        }
    }

    fn param(&mut self, param: &Param) {
        self.declared(&param.name, TokenClass::Parameter);
    }

    fn fields(&mut self, fields: &Fields) {
        fields.list.iter().for_each(|field| self.mark(&field.name, TokenClass::Property));
    }

    fn step(&mut self, step: &Step) {
        step.binding.iter().for_each(|name| self.declared(name, TokenClass::Variable));
        if let StepKind::For(each) = &step.kind {
            self.declared(&each.binder, TokenClass::Variable);
        }
    }

    fn stage(&mut self, stage: &StageEntry) {
        if let StageEntry::For { binder, .. } = stage {
            self.declared(binder, TokenClass::Variable);
        }
    }

    fn mention(&mut self, name: &Name) {
        self.mark(name, TokenClass::Entity);
    }
}

impl Marker<'_> {
    fn pattern(&mut self, pattern: &syntax::ast::Pattern) {
        self.mark(&pattern.case, TokenClass::Case);
        pattern.binders.iter().for_each(|name| self.declared(name, TokenClass::Variable));
    }
}

/// Types are written with a capital letter.
fn class_of_name(name: &str) -> TokenClass {
    if name.starts_with(|c: char| c.is_ascii_uppercase()) { TokenClass::Type } else { TokenClass::Variable }
}

fn class_of(kind: &DeclKind) -> TokenClass {
    match kind {
        DeclKind::Type(_) => TokenClass::Type,
        DeclKind::Let(_) | DeclKind::Use(_) | DeclKind::Error(_) => TokenClass::Variable,
        DeclKind::Function(_) | DeclKind::Strategy(_) | DeclKind::Action(_) => TokenClass::Function,
        DeclKind::Environment(_) | DeclKind::Service(_) | DeclKind::Database(_) | DeclKind::Migration(_) => {
            TokenClass::Entity
        }
        DeclKind::Released(_) | DeclKind::Metric(_) | DeclKind::Slo(_) | DeclKind::Gate(_) => TokenClass::Entity,
        DeclKind::Workflow(_) | DeclKind::Group(_) | DeclKind::Flag(_) | DeclKind::Policy(_) => TokenClass::Entity,
        DeclKind::Test(_) => TokenClass::Entity,
    }
}
